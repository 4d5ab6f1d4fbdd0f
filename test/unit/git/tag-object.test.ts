import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { parseTag } from '../../../src/git/tag-object.ts';

const ID = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const HEADERS = `object ${ID}\ntype commit\ntag v1.0\ntagger Ann Lee <ann@example.com> 1700000000 +0100\n`;
const SSH = '-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n';
const PGP = '-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n';

describe('an annotated tag', () => {
  it('says what it is of, its name and who made it', () => {
    const raw = Buffer.from(`${HEADERS}\nThe first\n`);

    expect(parseTag(raw)).to.deep.equal({
      object: ID,
      type: 'commit',
      name: 'v1.0',
      tagger: { name: 'Ann Lee', email: 'ann@example.com', time: '2023-11-14T22:13:20Z' },
      signed: raw,
    });
  });

  for (const [kind, text] of [
    ['ssh', SSH],
    ['openpgp', PGP],
  ] as const) {
    it(`with a signature of ${kind} gives that, and what it is over`, () => {
      const before = `${HEADERS}\nThe first, für alle\n`;
      const tag = parseTag(Buffer.from(`${before}${text}`));

      expect(tag.signature).to.deep.equal({ kind, text });
      expect(tag.signed.toString()).to.equal(before);
    });
  }

  it('leaves out of what is signed a signature by the other hash', () => {
    const other = `gpgsig-sha256 ${SSH.trimEnd().replaceAll('\n', '\n ')}\n`;
    const tag = parseTag(Buffer.from(`${HEADERS}${other}\nThe first\n${PGP}`));

    expect(tag.signature).to.deep.equal({ kind: 'openpgp', text: PGP });
    expect(tag.signed.toString()).to.equal(`${HEADERS}\nThe first\n`);
  });

  it('that is signed twice has no signature that could be checked', () => {
    expect(parseTag(Buffer.from(`${HEADERS}\nThe first\n${SSH}${PGP}`)).signature).to.deep.equal({
      kind: 'several',
    });
  });

  it('is not signed by a signature within a line', () => {
    expect(parseTag(Buffer.from(`${HEADERS}\nThe first ${SSH}`))).not.to.have.property('signature');
  });

  it('of any bytes is read without an error', () => {
    const line = fc.oneof(fc.constantFrom(`object ${ID}`, 'type x', SSH, PGP, '', 'tag y'), fc.string());
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const raw = Buffer.from(lines.join('\n'));
        expect(parseTag(raw).signed.length).to.be.at.most(raw.length);
      }),
    );
  });
});
