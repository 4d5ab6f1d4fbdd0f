import { expect } from 'chai';
import fc from 'fast-check';
import { type Trail, trailAnnotations, trailIn, trailSentence } from '../../../src/api/trail.ts';

const trail: Trail = {
  repository: 'https://git.example.com/org/deploy.git',
  path: 'clusters/production/web.yaml',
  commit: '0123456789abcdef0123456789abcdef01234567',
  author: 'Ada Lovelace <ada@example.com>',
  subject: 'Raise replicas',
};

const anyTrail = fc.record({
  repository: fc.string({ minLength: 1, unit: 'binary', maxLength: 500 }),
  path: fc.string({ minLength: 1, unit: 'binary', maxLength: 500 }),
  commit: fc.string({ minLength: 1, unit: 'binary', maxLength: 100 }),
  author: fc.string({ unit: 'binary', maxLength: 300 }),
  subject: fc.string({ unit: 'binary', maxLength: 500 }),
});

describe('trailAnnotations', () => {
  it('says where the content of an object is written, and who wrote it', () => {
    expect(trailAnnotations(trail)).to.deep.equal({
      'gitops.helm-release-operator.io/repository': trail.repository,
      'gitops.helm-release-operator.io/path': trail.path,
      'gitops.helm-release-operator.io/commit': trail.commit,
      'gitops.helm-release-operator.io/author': trail.author,
      'gitops.helm-release-operator.io/subject': trail.subject,
    });
  });

  it('is read back by trailIn', () => {
    fc.assert(
      fc.property(anyTrail, (any) => {
        expect(trailIn({ annotations: { other: 'x', ...trailAnnotations(any) } })).to.deep.equal(any);
      }),
    );
  });
});

describe('trailIn', () => {
  for (const field of ['repository', 'path', 'commit'] as const) {
    it(`finds no trail without the ${field}`, () => {
      expect(trailIn({ annotations: trailAnnotations({ ...trail, [field]: '' }) })).to.equal(undefined);
    });
  }

  it('finds none on an object without annotations', () => {
    expect(trailIn({})).to.equal(undefined);
  });

  it('does without author and subject', () => {
    const { repository, path, commit } = trail;
    const annotations = Object.fromEntries(
      Object.entries(trailAnnotations(trail)).filter(([name]) => !/author|subject/.test(name)),
    );

    expect(trailIn({ annotations })).to.deep.equal({ repository, path, commit, author: '', subject: '' });
  });
});

describe('trailSentence', () => {
  it('names commit, repository, author, subject and file', () => {
    expect(trailSentence(trail)).to.equal(
      'commit 0123456789abcdef0123456789abcdef01234567 of https://git.example.com/org/deploy.git by Ada Lovelace <ada@example.com>: Raise replicas (clusters/production/web.yaml)',
    );
  });

  it('does without author and subject', () => {
    expect(trailSentence({ ...trail, author: '', subject: '' })).to.equal(
      'commit 0123456789abcdef0123456789abcdef01234567 of https://git.example.com/org/deploy.git (clusters/production/web.yaml)',
    );
  });

  it('is one line of less than 900 characters without control characters, whatever a commit says', () => {
    fc.assert(
      fc.property(anyTrail, (any) => {
        const sentence = trailSentence(any);
        expect(sentence.length).to.be.lessThan(900);
        expect(sentence).not.to.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(sentence.isWellFormed()).to.equal(true);
      }),
    );
  });

  it('cuts what is too long, never through a character', () => {
    const subject = `${'a'.repeat(198)}😀${'b'.repeat(10)}`;

    expect(trailSentence({ ...trail, subject })).to.contain(`: ${'a'.repeat(198)}… (`);
  });
});
