import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { parseCommit } from '../../../src/git/commit-object.ts';

const TREE = 'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const AUTHOR = 'author Ann Lee <ann@example.com> 1700000000 +0100';
const COMMITTER = 'committer Bob <bob@example.com> 1700000060 -0800';
const SSH = ['-----BEGIN SSH SIGNATURE-----', 'U1NIU0lH', '-----END SSH SIGNATURE-----'];
const PGP = ['-----BEGIN PGP SIGNATURE-----', '', 'iQEz', '=abcd', '-----END PGP SIGNATURE-----'];

function commitOf(headers: readonly string[], message = 'a change\n'): Buffer {
  return Buffer.from(`${headers.join('\n')}\n\n${message}`);
}

/** As git folds a header with several lines. */
function folded(name: string, lines: readonly string[]): string {
  return `${name} ${lines.join('\n ')}`;
}

describe('a commit', () => {
  it('says who wrote it, who committed it, when, what for and after which', () => {
    const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
    const raw = commitOf([TREE, `parent ${a}`, `parent ${b}`, AUTHOR, COMMITTER], 'one\n\ntwo\n');

    expect(parseCommit(raw)).to.deep.equal({
      author: { name: 'Ann Lee', email: 'ann@example.com', time: '2023-11-14T22:13:20Z' },
      committer: { name: 'Bob', email: 'bob@example.com', time: '2023-11-14T22:14:20Z' },
      subject: 'one',
      parents: [a, b],
      signed: raw,
    });
  });

  describe('its subject', () => {
    const rows = [
      { message: '', is: '' },
      { message: '\n\n  \n', is: '' },
      { message: 'no line feed', is: 'no line feed' },
      { message: '\n\n  one  \ntwo\r\n\nthree', is: '  one two' },
      { message: 'a\u0000b\u001b[31m\tc\n', is: 'a\u0000b\u001b[31m\tc' },
    ];
    for (const { message, is } of rows) {
      it(`of ${JSON.stringify(message)} is ${JSON.stringify(is)}`, () => {
        expect(parseCommit(commitOf([TREE, AUTHOR], message)).subject).to.equal(is);
      });
    }
  });

  describe('its author', () => {
    const never = '1970-01-01T00:00:00Z';
    const rows = [
      { line: 'author A <a@b> 0 +0000', is: ['A', 'a@b', never] },
      { line: 'author <a@b> 1700000000', is: ['', 'a@b', '2023-11-14T22:13:20Z'] },
      { line: 'author A B', is: ['A B', '', never] },
      { line: 'author A <a@b', is: ['A', 'a@b', never] },
      { line: 'author A <a> b> 1700000000 +0000', is: ['A', 'a', '2023-11-14T22:13:20Z'] },
      { line: 'author A <a@b> soon', is: ['A', 'a@b', never] },
      { line: 'author A <a@b> -5 +0000', is: ['A', 'a@b', never] },
      { line: 'author A <a@b> 253402300799 +0000', is: ['A', 'a@b', '9999-12-31T23:59:59Z'] },
      { line: 'author A <a@b> 253402300800 +0000', is: ['A', 'a@b', never] },
      { line: `author A <a@b> ${'9'.repeat(40)} +0000`, is: ['A', 'a@b', never] },
      { line: 'author', is: ['', '', never] },
      {
        line: `${AUTHOR}\nauthor Eve <eve@example.com> 0 +0000`,
        is: ['Ann Lee', 'ann@example.com', '2023-11-14T22:13:20Z'],
      },
      { line: 'encoding utf-8', is: ['', '', never] },
    ];
    for (const { line, is } of rows) {
      it(`by ${JSON.stringify(line)} is ${is.join(', ')}`, () => {
        const { name, email, time } = parseCommit(commitOf([TREE, line])).author;

        expect([name, email, time]).to.deep.equal(is);
      });
    }
  });

  describe('in another encoding', () => {
    const latin1 = (headers: readonly string[]): Buffer =>
      Buffer.from([TREE, 'author Ren\xe9 <r@x> 0 +0000', ...headers, '', '\xfcber'].join('\n'), 'latin1');

    it('is read by it', () => {
      const { author, subject } = parseCommit(latin1(['encoding ISO-8859-1']));

      expect([author.name, subject]).to.deep.equal(['René', 'über']);
    });

    for (const encoding of ['klingon', '', 'x'.repeat(1_000), 'utf-8']) {
      it(`that is '${encoding.slice(0, 10)}' is read as well as can be`, () => {
        expect(parseCommit(latin1([`encoding ${encoding}`])).author.name).to.equal('Ren\ufffd');
      });
    }
  });

  describe('with a signature', () => {
    const others = [TREE, AUTHOR, COMMITTER];
    const rows = [
      { kind: 'ssh', header: 'gpgsig', lines: SSH },
      { kind: 'openpgp', header: 'gpgsig', lines: PGP },
      {
        kind: 'x509',
        header: 'gpgsig',
        lines: ['-----BEGIN SIGNED MESSAGE-----', 'MII', '-----END SIGNED MESSAGE-----'],
      },
    ];
    for (const { kind, header, lines } of rows) {
      it(`of ${kind} gives that, and what it is over`, () => {
        const commit = parseCommit(commitOf([...others, folded(header, lines), 'x-more a\n b']));

        expect(commit.signature).to.deep.equal({ kind, text: `${lines.join('\n')}\n` });
        expect(commit.signed.toString()).to.equal(commitOf([...others, 'x-more a\n b']).toString());
      });
    }

    it('by SHA-256 leaves out that by SHA-1, and the other way round', () => {
      const long = `tree ${'a'.repeat(64)}`;
      const both = [folded('gpgsig', PGP), folded('gpgsig-sha256', SSH)];

      const sha256 = parseCommit(commitOf([long, AUTHOR, ...both]));
      const sha1 = parseCommit(commitOf([TREE, AUTHOR, ...both]));

      expect([sha256.signature?.kind, sha1.signature?.kind]).to.deep.equal(['ssh', 'openpgp']);
      expect(sha256.signed.toString()).to.equal(commitOf([long, AUTHOR]).toString());
      expect(sha1.signed.toString()).to.equal(commitOf([TREE, AUTHOR]).toString());
    });

    for (const [name, kind, headers] of [
      ['twice', 'several', [folded('gpgsig', SSH), folded('gpgsig', PGP)]],
      ['twice in one', 'several', [folded('gpgsig', [...SSH, ...SSH])]],
      ['that is none', 'unknown', ['gpgsig hello']],
      ['of which only the name is there', 'unknown', ['gpgsig']],
    ] as const) {
      it(`${name} has none that could be checked`, () => {
        expect(parseCommit(commitOf([TREE, ...headers, AUTHOR])).signature).to.deep.equal({ kind });
      });
    }

    it('leaves nothing else out of what is signed', () => {
      const raw = commitOf([TREE, AUTHOR, 'gpgsigs more', 'gpgsig2 more']);
      expect(parseCommit(raw).signed.equals(raw)).to.equal(true);
    });

    it('in its message has none', () => {
      const message = `x\n\n${folded('gpgsig', SSH)}\n`;
      const commit = parseCommit(commitOf([TREE, AUTHOR], message));

      expect(commit).not.to.have.property('signature');
      expect(commit.signed.toString()).to.equal(commitOf([TREE, AUTHOR], message).toString());
    });
  });

  it('of any bytes is read without an error', () => {
    const line = fc.oneof(
      fc.constantFrom(
        TREE,
        AUTHOR,
        COMMITTER,
        'gpgsig x',
        ' y',
        '',
        'parent z',
        'encoding utf-16le',
        'gpgsig',
      ),
      fc.string({ unit: 'binary' }),
    );
    const lines = fc.array(line, { maxLength: 8 }).map((all) => Buffer.from(all.join('\n')));
    fc.assert(
      fc.property(
        fc.oneof(
          lines,
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
        (raw) => {
          const { parents, subject, signed } = parseCommit(raw);
          expect(parents).to.deep.equal([]);
          expect(subject).not.to.contain('\n');
          expect(signed.length).to.be.at.most(raw.length);
          if (!raw.includes('gpgsig')) expect(signed.equals(raw)).to.equal(true);
        },
      ),
    );
  });
});
