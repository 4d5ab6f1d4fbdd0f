import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { parseSshSignature } from '../../../../src/sync/fetch/ssh-signature.ts';

const BODY = `U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgldyevKiHfR9RGuAkefcshNPhia
w9nJoxh9mGgG0fT1wAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5
AAAAQDxoqWDeIBhcqWYIJ4VAEzx5ehXykXCgFrU6Qm9NF9/VDij2z6J30sZ+qJoRfnUYSg
+agkLrCHc7sC1BwQUHZwU=`;

const armoured = (body: string): string =>
  `-----BEGIN SSH SIGNATURE-----\n${body}\n-----END SSH SIGNATURE-----\n`;

describe('an SSH signature', () => {
  it('names its key as ssh-keygen does, and what it was made for', () => {
    expect(parseSshSignature(armoured(BODY))).to.deep.equal({
      fingerprint: 'SHA256:Q+RyyOg6oI033XzsUTazSZdDXDkFwkTtDWZsbqIlEYY',
      namespace: 'git',
    });
  });

  for (const [what, text] of [
    ['two of them', `${armoured(BODY)}${armoured(BODY)}`],
    ['something before it', `x\n${armoured(BODY)}`],
    ['half of it', armoured(BODY.slice(0, 60))],
    ['something else in its armour', armoured('aGVsbG8=')],
    ['its beginning', '-----BEGIN SSH SIGNATURE-----\n'],
    [
      'a length beyond its end',
      armoured(Buffer.from('SSHSIG\0\0\0\x01\xff\xff\xff\xff', 'latin1').toString('base64')),
    ],
  ] as const) {
    it(`is not ${what}`, () => {
      expect(parseSshSignature(text)).to.equal(undefined);
    });
  }

  it('is read from any bytes without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const all = Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01', 'latin1'), bytes]);
        parseSshSignature(armoured(all.toString('base64')));
      }),
    );
  });
});
