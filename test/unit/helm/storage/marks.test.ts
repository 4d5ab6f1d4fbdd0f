import { expect } from 'chai';
import fc from 'fast-check';
import { createMarkFormat, parseMarks } from '../../../../src/helm/storage/marks.ts';

const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const hexDigest = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const format = createMarkFormat({ formulaVersion: 1, key: Buffer.alloc(32, 1) });

describe('the marks on a revision', () => {
  it('fit into label values', () => {
    fc.assert(
      fc.property(hexDigest, fc.string(), (hex, key) => {
        expect(format.digest(hex)).to.match(LABEL_VALUE);
        expect(format.owner(key)).to.match(LABEL_VALUE);
      }),
    );
    expect(format.unknownDigest).to.match(LABEL_VALUE);
    expect(createMarkFormat({ formulaVersion: 999, key: Buffer.alloc(32) }).digest('a'.repeat(64))).to.match(
      LABEL_VALUE,
    );
  });

  it('understand what the same formula and key made', () => {
    fc.assert(
      fc.property(hexDigest, (hex) => {
        expect(format.understands(format.digest(hex))).to.equal(true);
      }),
    );
    expect(format.understands(format.unknownDigest)).to.equal(true);
  });

  it('do not understand digests of another formula, another key or another program', () => {
    const hex = 'a'.repeat(64);
    const newer = createMarkFormat({ formulaVersion: 2, key: Buffer.alloc(32, 1) });
    const otherKey = createMarkFormat({ formulaVersion: 1, key: Buffer.alloc(32, 2) });

    for (const digest of [
      newer.digest(hex),
      otherKey.digest(hex),
      otherKey.unknownDigest,
      hex.slice(0, 40),
      '',
    ]) {
      expect(format.understands(digest), digest).to.equal(false);
    }
  });

  it('differ for different digests and different owners', () => {
    expect(format.digest('a'.repeat(64))).to.not.equal(format.digest(`b${'a'.repeat(63)}`));
    expect(format.owner('a/bc')).to.not.equal(format.owner('ab/c'));
  });

  it('show nothing of the key but a fingerprint', () => {
    const key = Buffer.from('0123456789abcdef0123456789abcdef', 'hex');

    expect(createMarkFormat({ formulaVersion: 1, key }).unknownDigest).to.not.contain('01234567');
  });

  it('refuse what is no digest', () => {
    expect(() => format.digest('abc')).to.throw(RangeError);
  });

  it('are read from the labels, as far as they are there', () => {
    expect(parseMarks({})).to.deep.equal({});
    expect(
      parseMarks({
        'helm-release-operator.io/digest': 'd',
        'helm-release-operator.io/revision': '7',
        'helm-release-operator.io/owner': 'o',
        'helm-release-operator.io/rejected': 'r',
      }),
    ).to.deep.equal({ digest: 'd', revision: 7, owner: 'o', rejected: 'r' });
  });

  it('have no revision where the label holds no number', () => {
    expect(parseMarks({ 'helm-release-operator.io/revision': '3x' })).to.deep.equal({});
  });
});
