import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { createSemaphore } from '../../../src/process/semaphore.ts';

const never = new AbortController().signal;

describe('a semaphore', () => {
  it('never lets more in than its size, and serves in the order of the calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 20 }),
        fc.scheduler(),
        async (size, count, scheduler) => {
          const semaphore = createSemaphore(size);
          const started: number[] = [];
          let most = 0;

          const runs = Array.from({ length: count }, (_, at) =>
            semaphore.run(never, async () => {
              started.push(at);
              most = Math.max(most, semaphore.inUse);
              await scheduler.schedule(Promise.resolve());
            }),
          );
          await scheduler.waitFor(Promise.all(runs));

          expect(most).to.be.at.most(size);
          expect(started).to.deep.equal(Array.from({ length: count }, (_, at) => at));
          expect([semaphore.inUse, semaphore.waiting]).to.deep.equal([0, 0]);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('lets a waiting caller give up, and the next one takes its turn', async () => {
    const semaphore = createSemaphore(1);
    const hold = Promise.withResolvers<undefined>();
    const impatient = new AbortController();
    const first = semaphore.run(never, () => hold.promise);
    const second = semaphore.run(impatient.signal, () => Promise.resolve('second'));
    const third = semaphore.run(never, () => Promise.resolve('third'));

    impatient.abort(new Error('no patience'));

    expect(await second.catch(String)).to.equal('Error: no patience');
    expect(semaphore.waiting).to.equal(1);
    hold.resolve(undefined);
    await first;
    expect(await third).to.equal('third');
    expect(semaphore.inUse).to.equal(0);
  });

  it('gives the place back after a failure, and takes nobody whose signal is aborted', async () => {
    const semaphore = createSemaphore(1);

    const failed = await semaphore.run(never, () => Promise.reject(new Error('broken'))).catch(String);
    const refused = await semaphore
      .run(AbortSignal.abort(new Error('too late')), () => Promise.resolve('ran'))
      .catch(String);

    expect([failed, refused]).to.deep.equal(['Error: broken', 'Error: too late']);
    expect(semaphore.inUse).to.equal(0);
  });
});
