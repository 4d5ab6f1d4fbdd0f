import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import sinon, { type SinonFakeTimers } from 'sinon';
import { createOutbox, type Ending, type Outbox } from '../../../src/notify/outbox.ts';
import type { Posted } from '../../../src/notify/post.ts';
import type { Letter } from '../../../src/notify/sender.ts';
import type { BoundSender } from '../../../src/notify/senders.ts';
import { half, settle, testClock } from '../kube/support/fakes.ts';
import { outcome } from './releases.ts';

const RATE = { burst: 2, everyMs: 10_000 };
const URL_OF_ALL = new URL('https://a.example.com');

describe('an outbox', () => {
  let timers: SinonFakeTimers;
  let answers: Posted[];
  let sent: string[];
  let ended: string[];
  let troubles: string[];
  let outbox: Outbox;

  const sender = (change: Partial<BoundSender> = {}): BoundSender => ({
    together: { max: 3, rest: 'counted' },
    rate: RATE,
    letters: ({ outcomes, more, now }) => [
      {
        url: URL_OF_ALL,
        headers: { at: now.toISOString() },
        body: `${outcomes.map(({ key }) => key).join(' ')}${more === 0 ? '' : ` and ${String(more)} more`}`,
      },
    ],
    ...change,
  });
  const open = (change: Partial<BoundSender> = {}, post?: (letter: Letter) => Promise<Posted>): void => {
    outbox = createOutbox({
      sender: sender(change),
      post:
        post ??
        ((letter) => {
          sent.push(letter.body);
          return Promise.resolve(answers.shift() ?? { kind: 'taken' });
        }),
      ...{ clock: testClock, random: half },
      onEnd: ({ key }, ending: Ending) => ended.push(`${key} ${ending}`),
      onTrouble: (why, { attempt, last }) =>
        troubles.push(`${String(attempt)} ${why}${last ? ', at last' : ''}`),
      onWell: () => troubles.push('well'),
    });
  };
  const add = (...keys: readonly string[]): void => {
    for (const key of keys) outbox.add(outcome({ key }));
  };

  beforeEach(() => {
    timers = sinon.useFakeTimers();
    [answers, sent, ended, troubles] = [[], [], [], []];
    open();
  });
  afterEach(async () => {
    await outbox.stop();
    timers.restore();
  });

  it('sends each outcome by itself, in their order, as long as the rate allows', async () => {
    add('a', 'b');
    await outbox.idle();

    expect(sent).to.deep.equal(['a', 'b']);
    expect(ended).to.deep.equal(['a sent', 'b sent']);
  });

  it('sums up what the rate has held back', async () => {
    add('a', 'b', 'c', 'd', 'e', 'f', 'g');
    await settle();
    expect(sent).to.deep.equal(['a', 'b']);

    await timers.tickAsync(RATE.everyMs);

    expect(sent).to.deep.equal(['a', 'b', 'c d e and 2 more']);
    expect(ended.slice(2)).to.deep.equal(['c sent', 'd sent', 'e sent', 'f dropped', 'g dropped']);
    await timers.tickAsync(RATE.everyMs);
    add('h');
    await settle();
    expect(sent.at(-1)).to.equal('h');
  });

  it('sends what does not fit in one letter in the next, where nothing may be lost', async () => {
    open({ together: { max: 3, rest: 'later' } });
    add('a', 'b', 'c', 'd', 'e', 'f');

    await timers.tickAsync(2 * RATE.everyMs);

    expect(sent).to.deep.equal(['a', 'b', 'c d e', 'f']);
  });

  it('tries again after a while that grows, and later if it is told so', async () => {
    answers = [
      { kind: 'later', why: 'is away' },
      { kind: 'later', why: 'is away' },
      { kind: 'later', why: 'is busy', afterMs: 60_000 },
    ];
    add('a');
    await settle();
    expect(sent).to.have.length(1);
    await timers.tickAsync(749);
    expect(sent).to.have.length(1);
    await timers.tickAsync(1);
    expect(sent).to.have.length(2);
    await timers.tickAsync(1_500);
    expect(sent).to.have.length(3);
    await timers.tickAsync(59_999);
    expect(sent).to.have.length(3);
    await timers.tickAsync(1);

    expect(sent).to.deep.equal(['a', 'a', 'a', 'a']);
    expect(troubles).to.deep.equal(['0 is away', '1 is away', '2 is busy', 'well']);
    expect(ended).to.deep.equal(['a sent']);
  });

  it('lets others go first when one letter is never taken, and comes back to it', async () => {
    open({ rate: { burst: 100, everyMs: 1 } }, (letter) => {
      sent.push(letter.body);
      const isTaken = letter.body !== 'bad' || sent.includes('last');
      return Promise.resolve(
        isTaken ? { kind: 'taken' } : { kind: 'later', why: 'answered with status 500' },
      );
    });
    const say = (key: string, uid: string): boolean => outbox.add(outcome({ key, uid }));
    say('bad', 'one');
    say('a', 'two');
    say('behind', 'one');
    say('b', 'three');

    await timers.tickAsync(6_000);
    expect(sent.slice(0, 4)).to.deep.equal(['bad', 'bad', 'bad', 'a']);
    expect(sent.filter((body) => body !== 'bad')).to.deep.equal(['a', 'b']);
    expect(outbox.length).to.equal(2);

    say('c', 'four');
    await settle();
    expect(sent.at(-1), 'nobody waits for the next try').to.equal('c');
    await timers.tickAsync(20_000);
    expect(sent.filter((body) => body === 'bad').length).to.be.within(5, 7);
    expect(sent, 'it is of the same release').to.not.include('behind');
    say('last', 'five');
    await timers.tickAsync(300_000);
    expect(sent.slice(-2)).to.deep.equal(['bad', 'behind']);
    expect(ended).to.deep.equal(['a', 'b', 'c', 'last', 'bad', 'behind'].map((key) => `${key} sent`));
  });

  it('asks a receiver that takes nothing no more often the more there is to tell', async () => {
    open({ rate: { burst: 1_000, everyMs: 1 } });
    answers = Array.from({ length: 1_000 }, () => ({ kind: 'later', why: 'is away' }) as const);
    for (let index = 0; index < 200; index += 1)
      outbox.add(outcome({ key: String(index), uid: String(index) }));
    await timers.tickAsync(60 * 60_000);

    expect(sent.length).to.be.within(15, 30);
    expect(new Set(sent).size).to.be.greaterThan(5);
  });

  it('says how many it knows by their number only', async () => {
    outbox.drop(7);
    add('a', 'b');
    await outbox.idle();

    expect(sent).to.deep.equal(['a and 7 more', 'b']);
    expect(ended).to.deep.equal(['a sent', 'b sent']);
  });

  it('makes each letter anew, for its signature is of its time', async () => {
    const times: (string | undefined)[] = [];
    open({}, (letter) => {
      times.push(letter.headers['at']);
      return Promise.resolve(times.length === 1 ? { kind: 'later', why: 'is away' } : { kind: 'taken' });
    });
    add('a');
    await timers.tickAsync(1_000);

    expect(times).to.deep.equal(['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.750Z']);
  });

  it('gives up what is refused, and after an hour', async () => {
    answers = [{ kind: 'refused', why: 'says no' }];
    add('a');
    await settle();
    expect([ended, troubles]).to.deep.equal([['a failed'], ['0 says no, at last']]);

    answers = Array.from({ length: 100 }, () => ({ kind: 'later', why: 'is away' }) as const);
    add('b');
    await timers.tickAsync(61 * 60_000);

    expect(ended.at(-1)).to.equal('b failed');
    expect(troubles.at(-1)).to.match(/is away, at last$/);
    expect(sent.length).to.be.within(15, 30);
  });

  it('sends of several letters for one outcome only those again that were not taken', async () => {
    const letters = ['one', 'two', 'three'].map((body) => ({ url: URL_OF_ALL, headers: {}, body }));
    open({ letters: () => letters });
    answers = [{ kind: 'taken' }, { kind: 'later', why: 'is away' }];
    add('a');
    await timers.tickAsync(1_000);

    expect(sent).to.deep.equal(['one', 'two', 'two', 'three']);
    expect(ended).to.deep.equal(['a sent']);
  });

  it('goes on after a defect', async () => {
    open({}, (letter) => {
      if (letter.body === 'a') return Promise.reject(new TypeError('https://a.example.com/secret'));
      sent.push(letter.body);
      return Promise.resolve({ kind: 'taken' });
    });
    add('a', 'b');
    await outbox.idle();

    expect([sent, ended]).to.deep.equal([['b'], ['a failed', 'b sent']]);
    expect(troubles).to.deep.equal(['0 could not be asked, at last', 'well']);
  });

  it('does not take what is of no concern there', () => {
    open({ letters: () => [] });

    expect([outbox.add(outcome()), outbox.length]).to.deep.equal([false, 0]);
  });

  it('holds no more than a thousand, and says how many it has dropped', async () => {
    answers = [{ kind: 'later', why: 'is away', afterMs: 60_000 }];
    add('first');
    await settle();
    add(...Array.from({ length: 1_005 }, (_, index) => `n${String(index)}`));

    expect(outbox.length).to.equal(1_001);
    expect(ended).to.deep.equal(['n0', 'n1', 'n2', 'n3', 'n4'].map((key) => `${key} dropped`));
    await timers.tickAsync(60_000);
    expect(sent.slice(1, 3)).to.deep.equal(['first', 'n5 and 5 more']);
  });

  it('gives back what it has not sent when it is stopped', async () => {
    answers = [{ kind: 'taken' }, { kind: 'later', why: 'is away' }];
    add('a', 'b', 'c');
    await settle();

    const left = await outbox.stop();

    expect(left.map(({ key }) => key)).to.deep.equal(['b', 'c']);
    expect(ended).to.deep.equal(['a sent']);
    await timers.tickAsync(60_000);
    expect(sent).to.deep.equal(['a', 'b']);
  });
});
