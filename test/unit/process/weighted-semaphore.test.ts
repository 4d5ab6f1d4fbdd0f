import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { createWeightedSemaphore } from '../../../src/process/weighted-semaphore.ts';

const never = new AbortController().signal;

describe('a semaphore with weights', () => {
  it('never lets more in than its capacity, and serves in the order of the calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 20 }),
        fc.scheduler(),
        async (capacity, weights, scheduler) => {
          const semaphore = createWeightedSemaphore(capacity);
          const started: number[] = [];
          let [inside, most] = [0, 0];

          const runs = weights.map(async (wanted, at) => {
            const leave = await semaphore.enter(wanted, never);
            const weight = Math.min(wanted, capacity);
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
          expect(started).to.deep.equal(weights.map((_, at) => at));
          expect(semaphore.waiting).to.equal(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('lets a heavy one that waits at the head give up, and those behind it in', async () => {
    const semaphore = createWeightedSemaphore(10);
    await semaphore.enter(5, never);
    const abort = new AbortController();
    const heavy = semaphore.enter(10, abort.signal).catch((caught: unknown) => caught);
    const light = semaphore.enter(5, never);

    abort.abort(new Error('stop'));

    expect(await heavy).to.have.property('message', 'stop');
    await light;
    expect(semaphore.waiting).to.equal(0);
  });

  it('lets nobody in who has given up before', async () => {
    const semaphore = createWeightedSemaphore(1);

    const refused: unknown = await semaphore
      .enter(1, AbortSignal.abort(new Error('stop')))
      .catch((caught: unknown) => caught);

    expect(refused).to.have.property('message', 'stop');
    await semaphore.enter(1, never);
  });
});
