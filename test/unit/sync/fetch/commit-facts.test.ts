import { expect } from 'chai';
import { describe, it } from 'mocha';
import { factsOf } from '../../../../src/sync/fetch/commit-facts.ts';

const facts = (name: string, email: string, subject: string) =>
  factsOf({ author: { name, email, time: '2026-01-01T00:00:00Z' }, subject });

describe('what people are told of a commit', () => {
  it('is its author and its subject', () => {
    expect(facts('Ada', 'ada@example.com', 'Make the web red')).to.deep.equal({
      ...{ author: 'Ada <ada@example.com>', subject: 'Make the web red', time: '2026-01-01T00:00:00Z' },
    });
    expect(facts('Ada', '', '').author).to.equal('Ada');
  });

  it('is one line that does nothing to a terminal', () => {
    const { author, subject } = facts('A\u001b[2Jda\u202e', 'a\n@example.com', ' a\r\n\u2028b\u0000\u200bc ');
    expect(author).to.equal('A [2Jda <a @example.com>');
    expect(subject).to.equal('a b c');
  });

  it('is cut between characters', () => {
    const { author, subject } = facts('😀'.repeat(500), '', 'x'.repeat(500));
    expect(Array.from(author)).to.have.length(120);
    expect(author.endsWith('😀…')).to.equal(true);
    expect(subject).to.have.length(200);
  });
});
