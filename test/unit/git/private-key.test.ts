import { expect } from 'chai';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'mocha';
import { whyUnusable } from '../../../src/git/private-key.ts';

/** The beginning of a key in the form of OpenSSH, as far as it is looked at. */
function openSsh(cipher: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(cipher.length);
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    length,
    Buffer.from(cipher),
    Buffer.alloc(90, 7),
  ]);
  const lines = body.toString('base64').replace(/.{1,70}/g, '$&\n');
  return pem('OPENSSH PRIVATE KEY', lines);
}

function pem(label: string, lines: string): string {
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}

function pkcs8(passphrase?: string): string {
  const protection = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', ...protection },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
}

describe('a private SSH key', () => {
  const rows = [
    { name: 'of OpenSSH', key: openSsh('none'), why: undefined },
    {
      name: 'with carriage returns and spaces around',
      key: `\n${openSsh('none').replaceAll('\n', '\r\n')} `,
      why: undefined,
    },
    { name: 'in PKCS#8', key: pkcs8(), why: undefined },
    { name: 'of an old form', key: pem('RSA PRIVATE KEY', 'MII\n'), why: undefined },
    {
      name: 'that cannot be decoded, which ssh will say',
      key: pem('OPENSSH PRIVATE KEY', 'AAAA\n'),
      why: undefined,
    },
    {
      name: 'of OpenSSH with a passphrase',
      key: openSsh('aes256-ctr'),
      why: /^has a passphrase: make a key without one/,
    },
    { name: 'in PKCS#8 with a passphrase', key: pkcs8('secret'), why: /^has a passphrase/ },
    {
      name: 'of an old form with a passphrase',
      key: pem('RSA PRIVATE KEY', 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMII\n'),
      why: /^has a passphrase/,
    },
    { name: 'that is public', key: 'ssh-ed25519 AAAA me', why: /^is a public key/ },
    { name: 'that is cut off', key: openSsh('none').slice(0, 60), why: /^is cut off/ },
    { name: 'that is empty', key: '', why: /^is not a private key/ },
    { name: 'that is a certificate', key: pem('CERTIFICATE', 'MII\n'), why: /^is not a private key/ },
  ];
  for (const { name, key, why } of rows) {
    it(`${name} can${why === undefined ? '' : 'not'} be used`, () => {
      if (why === undefined) expect(whyUnusable(key)).to.equal(undefined);
      else expect(whyUnusable(key)).to.match(why);
    });
  }
});
