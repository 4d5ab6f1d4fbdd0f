import { expect } from 'chai';
import sinon from 'sinon';
import { DeadlineError } from '../../../../src/kube/http/deadline.ts';
import { createPlaces, type Places } from '../../../../src/kube/http/places.ts';
import { failureOf, never, settle } from '../support/fakes.ts';

describe('places for requests', () => {
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    timers = sinon.useFakeTimers();
  });
  afterEach(() => {
    timers.restore();
  });

  const open = (): Places => createPlaces({ most: 16, lessonOf: () => 'nothing', patienceMs: 120_000 });
  const hang = (): Promise<never> => new Promise(() => undefined);
  const answer = (): Promise<string> => Promise.resolve('answered');

  /** A write after which the namespace is known to be quick. */
  const known = async (places: Places, ...parties: readonly string[]): Promise<void> => {
    for (const party of parties) await places.run(party, never(), answer);
  };

  it('are left for others by a namespace that answers no more', async () => {
    const places = open();
    await known(places, 'hanging', 'shop');
    for (let at = 0; at < 100; at += 1) void places.run('hanging', never(), hang);
    await settle();

    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => places.run(at % 2 === 0 ? 'shop' : '', never(), answer)),
    );

    expect(new Set(answers)).to.deep.equal(new Set(['answered']));
  });

  it('are given to one write of a namespace at a time that only tells something', async () => {
    const places = open();
    await known(places, 'shop');
    const tell = (): Promise<unknown> => places.run('shop', never(), hang, { yields: true });
    for (let at = 0; at < 100; at += 1) void tell();
    await settle();

    const acts = Array.from({ length: 50 }, () => places.run('shop', never(), answer));

    expect(new Set(await Promise.all(acts))).to.deep.equal(new Set(['answered']));
  });

  it('are left for others by many that never answered', async () => {
    const places = open();
    await known(places, 'shop');
    let begun = 0;
    for (let at = 0; at < 100; at += 1) {
      void places.run(`hanging-${String(at)}`, never(), () => {
        begun += 1;
        return hang();
      });
    }
    await timers.tickAsync(60_000);

    expect(begun).to.be.below(10);
    expect(await places.run('shop', never(), answer)).to.equal('answered');
    expect(await places.run('', never(), answer)).to.equal('answered');
  });

  it('are all for what only the server can make wait', async () => {
    const places = open();
    let begun = 0;
    for (let at = 0; at < 20; at += 1) {
      void places.run('', never(), () => {
        begun += 1;
        return hang();
      });
    }
    await settle();

    expect(begun).to.equal(16);
  });

  it('are not waited for without end at a namespace that does not answer', async () => {
    const places = open();
    for (let at = 0; at < 10; at += 1) void places.run('hanging', never(), hang).catch(() => undefined);
    const waiting = failureOf(places.run('hanging', never(), answer));

    await timers.tickAsync(120_000);

    expect(await waiting).to.be.instanceOf(DeadlineError);
  });

  it('are waited for as long as the caller wants, and not limited in what is done there', async () => {
    const places = open();
    const leaving = new AbortController();
    void places.run('slow', never(), hang);
    const left = failureOf(places.run('slow', leaving.signal, answer));
    const long = places.run('patient', never(), async () => {
      await new Promise((resolve) => setTimeout(resolve, 500_000));
      return 'at last';
    });

    leaving.abort(new Error('left'));
    await timers.tickAsync(500_000);

    expect((await left).message).to.equal('left');
    expect(await long).to.equal('at last');
  });
});
