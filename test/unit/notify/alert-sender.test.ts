import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import sinon, { type SinonFakeTimers } from 'sinon';
import { alertOf } from '../../../src/notify/alert.ts';
import { type AlertSender, createAlertSender } from '../../../src/notify/alert-sender.ts';
import type { AlertmanagerNotifier } from '../../../src/notify/notifier.ts';
import type { Posted } from '../../../src/notify/post.ts';
import { half, settle, testClock } from '../kube/support/fakes.ts';
import { failure, ready, release } from './releases.ts';

const notifier: AlertmanagerNotifier = {
  ...{ kind: 'alertmanager', name: 'team', outcomes: 'all', cluster: undefined, ca: undefined },
  ...{ namespaces: [], url: new URL('http://alerts.example.com'), authorization: undefined },
};

interface Told {
  readonly labels: { readonly helmrelease: string };
  readonly annotations: { readonly description: string };
  readonly startsAt: string;
  readonly endsAt: string;
}

describe('the alert of a HelmRelease', () => {
  it('is there while it fails, through its tries, and while it is not ready', () => {
    const conditions = [{ type: 'Ready' as const, status: 'False' as const, message: 'a pod crashes' }];
    const trying = [{ type: 'Ready' as const, status: 'Unknown' as const, message: 'upgrading' }];

    expect(alertOf(release({ failure: failure() }))?.sentence).to.equal('no such chart');
    expect(alertOf(release({ failure: failure(), conditions: trying }))?.sentence).to.equal('no such chart');
    expect(alertOf(release({ conditions }))?.sentence).to.equal('a pod crashes');
  });

  it('is not there when all is well, nobody knows, or nobody is to look after it', () => {
    expect(alertOf(release(ready()))).to.equal(undefined);
    expect(alertOf(release({}))).to.equal(undefined);
    expect(alertOf(release({ failure: failure() }, { spec: { suspend: true } }))).to.equal(undefined);
  });
});

describe('what an Alertmanager is told', () => {
  let timers: SinonFakeTimers;
  let answers: Posted[];
  let told: Told[][];
  let sender: AlertSender;

  const alert = (name: string, sentence = 'it fails', namespace = 'shop') => ({
    ...{ namespace, name, sentence },
    since: '1970-01-01T00:00:00Z',
  });
  const shown = (): string[] =>
    told.map((all) =>
      all
        .map(({ labels, endsAt }) => `${Date.parse(endsAt) > Date.now() ? '+' : '-'}${labels.helmrelease}`)
        .join(' '),
    );
  const open = (change: Partial<AlertmanagerNotifier> = {}): void => {
    sender = createAlertSender({
      notifier: { ...notifier, ...change },
      post: (letter) => {
        told.push(JSON.parse(letter.body) as Told[]);
        return Promise.resolve(answers.shift() ?? { kind: 'taken' });
      },
      ...{ clock: testClock, random: half },
      onEnd: () => undefined,
      onTrouble: () => undefined,
      onWell: () => undefined,
    });
  };

  beforeEach(() => {
    timers = sinon.useFakeTimers();
    [answers, told] = [[], []];
    open();
  });
  afterEach(async () => {
    await sender.stop();
    timers.restore();
  });

  it('is what fires, together, and that it is over', async () => {
    sender.set('shop/a', alert('a'));
    sender.set('shop/b', alert('b'));
    sender.set('shop/well', undefined);
    await timers.tickAsync(200);
    expect(shown()).to.deep.equal(['+a +b']);

    sender.set('shop/a', undefined);
    await timers.tickAsync(200);

    expect(told.at(-1)?.map(({ labels }) => labels.helmrelease)).to.deep.equal(['a']);
    expect(Date.parse(told.at(-1)?.[0]?.endsAt ?? '')).to.be.at.most(Date.now());
  });

  it('is said again each minute while it lasts, and never after that', async () => {
    sender.set('shop/a', alert('a'));
    await timers.tickAsync(181_000);
    expect(told).to.have.length(4);
    expect(told.map(([first]) => first?.startsAt)).to.deep.equal(Array(4).fill('1970-01-01T00:00:00Z'));
    const [, , , last] = told;
    expect(Date.parse(last?.[0]?.endsAt ?? ''), 'Alertmanager waits for the next').to.be.within(
      480_000,
      480_100,
    );

    sender.set('shop/a', undefined);
    await timers.tickAsync(600_000);

    expect(told).to.have.length(5);
  });

  it('is the new sentence with the time at which it began to fire', async () => {
    sender.set('shop/a', alert('a'));
    await timers.tickAsync(200);
    sender.set('shop/a', { ...alert('a', 'it fails in another way'), since: '1970-01-01T00:01:00Z' });
    await timers.tickAsync(200);
    sender.set('shop/a', alert('a', 'it fails in another way'));
    await timers.tickAsync(200);

    expect(told).to.have.length(2);
    expect(told[1]?.[0]).to.deep.include({
      annotations: {
        summary: 'HelmRelease shop/a is not as it is wanted',
        description: 'it fails in another way',
      },
      startsAt: '1970-01-01T00:00:00Z',
    });
  });

  it('is told again when it was away, and as it is by then', async () => {
    answers = [
      { kind: 'later', why: 'is away' },
      { kind: 'refused', why: 'says no' },
    ];
    sender.set('shop/a', alert('a'));
    await timers.tickAsync(200);
    expect([told.length, sender.length]).to.deep.equal([1, 1]);
    sender.set('shop/a', undefined);
    await timers.tickAsync(750);
    expect(told).to.have.length(2);
    await timers.tickAsync(60_000);

    expect(told.map(([first]) => Date.parse(first?.endsAt ?? '') > 2_000)).to.deep.equal([true, false, true]);
    expect(sender.length).to.equal(0);
    expect(told).to.have.length(3);
  });

  it('is told again after five minutes at the latest, and never at once, whatever wait is asked for', async () => {
    for (const afterMs of [3_600_000, 2 ** 31, 86_400_000_000]) {
      await sender.stop();
      [told, answers] = [[], [{ kind: 'later', why: 'is busy', afterMs }]];
      open();
      sender.set('shop/a', alert('a'));
      await timers.tickAsync(200);
      await timers.tickAsync(299_999);
      expect(told, String(afterMs)).to.have.length(1);
      await timers.tickAsync(1);
      expect(told, String(afterMs)).to.have.length(2);
    }
  });

  it('is not of other namespaces, and a hundred at a time', async () => {
    open({ namespaces: ['shop'] });
    sender.set('other/a', alert('a', 'it fails', 'other'));
    for (let index = 0; index < 150; index += 1)
      sender.set(`shop/n${String(index)}`, alert(`n${String(index)}`));
    await timers.tickAsync(200);
    await settle();
    await timers.tickAsync(1);

    expect(told.map(({ length }) => length)).to.deep.equal([100, 50]);
  });
});
