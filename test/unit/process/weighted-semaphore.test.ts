import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { createWeightedSemaphore } from '../../../src/process/weighted-semaphore.ts';

const never = new AbortController().signal;

describe('a semaphore with weights', () => {
  it('never lets more in than its capacity, serves a party in the order of its calls, and everybody', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.array(
          fc.record({ party: fc.constantFrom('a', 'b', 'c'), weight: fc.integer({ min: 1, max: 12 }) }),
          {
            maxLength: 20,
          },
        ),
        fc.scheduler(),
        async (capacity, loads, scheduler) => {
          const semaphore = createWeightedSemaphore(capacity);
          const started: number[] = [];
          let [inside, most] = [0, 0];

          const runs = loads.map(async (load, at) => {
            const leave = await semaphore.enter(load, never);
            const weight = Math.min(load.weight, capacity);
            started.push(at);
            inside += weight;
            most = Math.max(most, inside);
            await scheduler.schedule(Promise.resolve());
            inside -= weight;
            leave();
            leave();
          });
          await scheduler.waitFor(Promise.all(runs));

          expect(most).to.be.at.most(capacity);
          for (const party of ['a', 'b', 'c']) {
            const own = started.filter((at) => loads[at]?.party === party);
            expect(own).to.deep.equal(own.toSorted((one, other) => one - other));
          }
          expect(started).to.have.length(loads.length);
          expect(semaphore.waiting).to.equal(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('has room for another party however much one wants and never leaves', async () => {
    const semaphore = createWeightedSemaphore(16_384);
    let inside = 0;
    for (let at = 0; at < 500; at += 1) {
      void semaphore.enter({ party: 'fleet', weight: 200 }, never).then(() => (inside += 1));
    }

    await semaphore.enter({ party: 'shop', weight: 40 }, never);

    expect(inside).to.be.within(40, 41);
    expect(semaphore.waiting).to.equal(500 - inside);
  });

  it('serves the parties by turns, and keeps the place of a heavy one that comes first', async () => {
    const semaphore = createWeightedSemaphore(10);
    const first = await semaphore.enter({ party: 'a', weight: 8 }, never);
    const order: string[] = [];
    const leave: (() => void)[] = [];
    for (const [party, weight] of [
      ['b', 10],
      ['b', 3],
      ['c', 2],
      ['a', 1],
    ] as const) {
      void semaphore.enter({ party, weight }, never).then((left) => {
        order.push(`${party}${String(weight)}`);
        leave.push(left);
      });
    }

    first();
    for (let at = 0; at < 4; at += 1) {
      await new Promise(setImmediate);
      leave[at]?.();
    }

    expect(order).to.deep.equal(['b10', 'c2', 'a1', 'b3']);
  });

  it('lets a heavy one that waits at the head give up, and those behind it in', async () => {
    const semaphore = createWeightedSemaphore(10);
    await semaphore.enter({ party: 'a', weight: 5 }, never);
    const abort = new AbortController();
    const heavy = semaphore
      .enter({ party: 'b', weight: 10 }, abort.signal)
      .catch((caught: unknown) => caught);
    const light = semaphore.enter({ party: 'c', weight: 5 }, never);

    abort.abort(new Error('stop'));

    expect(await heavy).to.have.property('message', 'stop');
    await light;
    expect(semaphore.waiting).to.equal(0);
  });

  it('lets nobody in who has given up before', async () => {
    const semaphore = createWeightedSemaphore(1);

    const refused: unknown = await semaphore
      .enter({ party: 'a', weight: 1 }, AbortSignal.abort(new Error('stop')))
      .catch((caught: unknown) => caught);

    expect(refused).to.have.property('message', 'stop');
    await semaphore.enter({ party: 'a', weight: 1 }, never);
  });
});
