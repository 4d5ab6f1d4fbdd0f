import { expect } from 'chai';
import { describe, it } from 'mocha';
import { KeysError } from '../../../../src/sync/fetch/trusted-keys.ts';
import { keysOf } from '../../../support/trusted-keys.ts';

const ASC = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----\n';
const ADA = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== ada@laptop';
const BOB = 'ecdsa-sha2-nistp256 AAAAE2VjZHNh';

describe('the keys of a Secret', () => {
  it('are those of *.asc, *.pub and allowed_signers, and no others', () => {
    const keys = keysOf({
      'ada.pub': `# hers\n${ADA}\r\n\n`,
      'bob.pub': BOB,
      'carol.asc': `a comment\n${ASC}${ASC}`,
      allowed_signers: '# people\n*@example.com namespaces="git" ssh-ed25519 AAAA\n',
      identity: '-----BEGIN OPENSSH PRIVATE KEY-----',
      'eve.txt': ADA,
    });

    expect(keys.openpgp).to.deep.equal([
      { file: 'carol.asc', text: ASC.trimEnd() },
      { file: 'carol.asc', text: ASC.trimEnd() },
    ]);
    expect(keys.allowedSigners).to.equal(
      [
        'public-key:0 namespaces="git" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==',
        'public-key:1 namespaces="git" ecdsa-sha2-nistp256 AAAAE2VjZHNh',
        '*@example.com namespaces="git" ssh-ed25519 AAAA\n',
      ].join('\n'),
    );
    expect([...keys.owners.values()]).to.deep.equal(['ada@laptop', 'bob']);
  });

  it('have another digest when they are others, and not when something else changes', () => {
    const digest = (files: Record<string, string>): string => keysOf(files).digest;

    expect(digest({ 'ada.pub': ADA, note: 'a' })).to.equal(digest({ 'ada.pub': ADA, note: 'b' }));
    expect(digest({ 'ada.pub': ADA })).not.to.equal(digest({ 'ada.pub': BOB }));
  });

  it('cannot become more than they are by what is beside a key', () => {
    const { allowedSigners, owners } = keysOf({ 'ada.pub': `${ADA}\u202e\u001b[31m\tcert-authority` });

    expect(allowedSigners).to.equal(
      'public-key:0 namespaces="git" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\n',
    );
    expect([...owners.values()]).to.deep.equal(['ada@laptop [31m cert-authority']);
  });

  const refusals = [
    [
      'none',
      { identity: 'x' },
      'holds no key that a signature could be checked with: put public keys in it: NAME.asc',
    ],
    ['an empty allowed_signers', { allowed_signers: '# nobody\n' }, 'holds no key that'],
    ['an empty *.pub', { 'ada.pub': '' }, 'holds no SSH public key in ada.pub'],
    [
      'options before a key',
      { 'ada.pub': `cert-authority ${ADA}` },
      'holds a line in ada.pub that is no SSH public key',
    ],
    [
      'a private key',
      { 'ada.asc': ASC.replaceAll('PUBLIC', 'PRIVATE') },
      'holds no OpenPGP public key in ada.asc',
    ],
    ['too many', { 'ada.pub': `${ADA}\n`.repeat(201) }, 'holds 201 keys, and may hold 200'],
  ] as const;
  for (const [what, files, sentence] of refusals) {
    it(`are an error if it holds ${what}, with the way out`, () => {
      expect(() => keysOf(files)).to.throw(
        KeysError,
        `Secret team/signers of spec.verify.secretRef ${sentence}`,
      );
    });
  }
});
