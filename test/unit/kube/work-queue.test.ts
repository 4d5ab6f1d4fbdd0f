import { expect } from 'chai';
import fc from 'fast-check';
import sinon from 'sinon';
import { createWorkQueue, type WorkQueue } from '../../../src/kube/work-queue.ts';
import { failureOf, never, settle, testClock } from './support/fakes.ts';

function open(): WorkQueue {
  return createWorkQueue(testClock);
}

async function takeAll(queue: WorkQueue): Promise<string[]> {
  const keys: string[] = [];
  while (queue.length > 0) {
    const key = await queue.take(never());
    keys.push(key);
    queue.done(key);
  }
  return keys;
}

describe('the work queue', () => {
  it('holds a key once, in the order of its first coming', async () => {
    const queue = open();
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);

    expect(await takeAll(queue)).to.deep.equal(['a', 'b', 'c']);
  });

  it('gives a key that was added while a worker held it back once, and only after done', async () => {
    const queue = open();
    queue.add('a');
    await queue.take(never());

    queue.add('a');
    queue.add('a');
    expect(queue.length).to.equal(0);
    queue.done('a');

    expect(await takeAll(queue)).to.deep.equal(['a']);
  });

  it('takes urgent keys first, and lifts a waiting key that becomes urgent', async () => {
    const queue = open();
    for (const key of ['a', 'b', 'c']) queue.add(key, 'low');
    queue.add('d', 'high');
    queue.add('c', 'high');
    queue.add('d', 'low');

    expect(await takeAll(queue)).to.deep.equal(['d', 'c', 'a', 'b']);
  });

  it('lets the others through although urgent keys never end', async () => {
    const queue = open();
    queue.add('patient', 'low');
    const taken: string[] = [];

    for (let i = 0; i < 30; i += 1) {
      queue.add(`urgent ${String(i)}`);
      const key = await queue.take(never());
      taken.push(key);
      queue.done(key);
    }

    expect(taken.indexOf('patient')).to.equal(10);
  });

  it('remembers that a key became urgent while a worker held it', async () => {
    const queue = open();
    queue.add('a', 'low');
    await queue.take(never());
    queue.add('b', 'low');
    queue.add('a', 'high');
    queue.add('a', 'low');
    queue.done('a');

    expect(await takeAll(queue)).to.deep.equal(['a', 'b']);
  });

  it('loses no key to a worker that stopped waiting', async () => {
    const queue = open();
    const leaving = new AbortController();
    const left = failureOf(queue.take(leaving.signal));
    const staying = queue.take(never());

    leaving.abort(new Error('left'));
    queue.add('a');

    expect((await left).message).to.equal('left');
    expect(await staying).to.equal('a');
  });

  it('refuses workers after close, those that wait and those that come', async () => {
    const queue = open();
    const waiting = failureOf(queue.take(never()));

    queue.close();
    queue.add('a');

    expect((await waiting).message).to.equal('the work queue is closed');
    expect((await failureOf(queue.take(never()))).message).to.equal('the work queue is closed');
    expect(queue.length).to.equal(0);
  });

  it('does the work of 100,000 keys without slowing down with their number', async () => {
    const queue = open();
    const startedAt = performance.now();

    for (let i = 0; i < 100_000; i += 1) queue.add(`web/release-${String(i)}`, i % 2 === 0 ? 'low' : 'high');
    const taken = await takeAll(queue);

    expect(taken).to.have.length(100_000);
    expect(performance.now() - startedAt).to.be.below(5_000); // a queue that copies its rest needs minutes
  });

  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c'), urgent: fc.boolean() }),
    fc.record({ do: fc.constant('worker gives up' as const), worker: fc.nat(3) }),
  );

  it('never gives one key to two workers, and sees to every add, in any interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { maxLength: 40 }), async (s, steps) => {
        const queue = open();
        const held = new Set<string>();
        /** Key -> the number of the last add before its newest look began. */
        const looked = new Map<string, number>();
        const added = new Map<string, number>();
        const problems: string[] = [];
        const workers = [0, 1, 2, 3].map(() => new AbortController());

        const work = async (signal: AbortSignal): Promise<void> => {
          for (;;) {
            const key = await queue.take(signal).catch(() => undefined);
            if (key === undefined) return;
            if (held.has(key)) problems.push(`two workers hold ${key}`);
            held.add(key);
            looked.set(key, added.get(key) ?? 0);
            await s.schedule(Promise.resolve(), `work on ${key}`);
            held.delete(key);
            queue.done(key);
          }
        };
        const running = workers.map(({ signal }) => work(signal));
        // A worker that cannot be made to give up, or the rest might be left undone.
        const last = new AbortController();
        running.push(work(last.signal));

        const adding = steps.map((now, i) =>
          s.schedule(Promise.resolve(), `step ${String(i)}`).then(() => {
            if (now.do === 'worker gives up') {
              workers[now.worker]?.abort();
              return;
            }
            added.set(now.key, i + 1);
            queue.add(now.key, now.urgent ? 'high' : 'low');
          }),
        );
        await s.waitFor(Promise.all(adding));
        await s.waitIdle();
        await settle();
        await s.waitIdle();

        expect(problems).to.deep.equal([]);
        expect(looked).to.deep.equal(added);
        expect([queue.length, queue.working, held.size]).to.deep.equal([0, 0, 0]);
        for (const worker of [...workers, last]) worker.abort();
        await Promise.all(running);
      }),
      { numRuns: 500 },
    );
  });

  describe('whose workers all wait for something', () => {
    const { signal } = new AbortController();

    /** Workers that end nothing by themselves. */
    function busy(queue: WorkQueue, workers: number): { readonly held: string[]; end(key: string): void } {
      const held: string[] = [];
      const take = (): void => {
        void queue.take(signal).then((key) => held.push(key));
      };
      for (let i = 0; i < workers; i += 1) take();
      return {
        held,
        end: (key) => {
          held.splice(held.indexOf(key), 1);
          queue.done(key);
          take();
        },
      };
    }
    const addAll = (queue: WorkQueue, namespace: string, count: number, priority: 'high' | 'low'): void => {
      for (let i = 0; i < count; i += 1) queue.add(`${namespace}/release-${String(i)}`, priority);
    };

    for (const priority of ['low', 'high'] as const) {
      it(`works at once on the edit of another namespace than that of 5,000 ${priority} keys`, async () => {
        const queue = open();
        const { held } = busy(queue, 1_000);
        addAll(queue, 'fleet', 5_000, priority);
        await settle();
        expect(held).to.have.length(500);

        queue.add('shop/web');
        await settle();

        expect(held.at(-1)).to.equal('shop/web');
      });
    }

    it('works at once on an edit in the same namespace when the others are not urgent', async () => {
      const queue = open();
      const { held } = busy(queue, 1_000);
      addAll(queue, 'fleet', 5_000, 'low');
      await settle();

      queue.add('fleet/release-4999', 'high');
      await settle();

      expect(held.at(-1)).to.equal('fleet/release-4999');
    });

    it('gives the first that is free to a namespace that has none, where many have taken all of them', async () => {
      const queue = open();
      const { held, end } = busy(queue, 50);
      let fleets = 0;
      for (; held.length < 50; fleets += 1) {
        addAll(queue, `fleet-${String(fleets)}`, 50, 'high');
        await settle();
      }
      queue.add('shop/web');
      await settle();
      expect(held).to.not.include('shop/web');

      end('fleet-0/release-0');
      await settle();

      expect(fleets).to.be.above(5);
      expect(held.at(-1)).to.equal('shop/web');
    });

    const keys = fc.array(
      fc.record({ namespace: fc.constantFrom('a', 'b', 'c', 'd'), name: fc.nat(30), high: fc.boolean() }),
      { maxLength: 120 },
    );

    it('leaves no worker idle while a namespace has a key and none at work, and starves nobody', async () => {
      await fc.assert(
        fc.asyncProperty(
          keys,
          fc.integer({ min: 1, max: 20 }),
          fc.infiniteStream(fc.nat()),
          async (all, workers, which) => {
            const queue = open();
            const { held, end } = busy(queue, workers);
            const left = new Set<string>();
            const looked = new Set<string>();
            for (const { namespace, name, high } of all) {
              const key = `${namespace}/${String(name)}`;
              left.add(key);
              queue.add(key, high ? 'high' : 'low');
            }
            for (let rounds = 0; left.size > 0; rounds += 1) {
              expect(rounds, 'somebody starves').to.be.below(500);
              await settle();
              for (const key of held) looked.add(key);
              if (held.length < workers) {
                const atWork = new Set(held.map((key) => key.split('/')[0]));
                const without = [...left].filter((key) => !held.includes(key) && !looked.has(key));
                expect(without.filter((key) => !atWork.has(key.split('/')[0]))).to.deep.equal([]);
              }
              const ended = held[which.next().value % Math.max(1, held.length)];
              if (ended === undefined) throw new Error('keys wait, and nobody works');
              left.delete(ended);
              end(ended);
              if (queue.length + queue.working === 0) break;
            }
            expect(looked.size).to.equal(
              new Set(all.map(({ namespace, name }) => `${namespace}/${String(name)}`)).size,
            );
          },
        ),
        { numRuns: 100 },
      );
    });
  });

  describe('in time', () => {
    let timers: sinon.SinonFakeTimers;
    beforeEach(() => {
      timers = sinon.useFakeTimers();
    });
    afterEach(() => {
      timers.restore();
    });

    it('brings a key at the earliest time that anybody asked for', async () => {
      const queue = open();
      queue.addAfter('a', 5_000);
      queue.addAfter('a', 2_000);
      queue.addAfter('a', 9_000);
      expect(queue.delayed).to.equal(1);

      await timers.tickAsync(1_999);
      expect(queue.length).to.equal(0);
      await timers.tickAsync(1);
      expect(await takeAll(queue)).to.deep.equal(['a']);
      await timers.tickAsync(60_000);
      expect(queue.length).to.equal(0);
    });

    it('adds at once what is to come after no time', () => {
      const queue = open();
      queue.addAfter('a', 0);
      queue.addAfter('b', -5);

      expect(queue.length).to.equal(2);
    });

    it('lets a key that comes due while a worker holds it wait for done', async () => {
      const queue = open();
      queue.add('a');
      await queue.take(never());
      queue.addAfter('a', 100);
      await timers.tickAsync(200);

      expect(queue.length).to.equal(0);
      queue.done('a');
      expect(queue.length).to.equal(1);
    });

    it('does not take a time beyond the reach of a timer for no time', async () => {
      const queue = open();
      queue.addAfter('a', 2 ** 31 + 5);

      await timers.tickAsync(1_000);

      expect(queue.length).to.equal(0);
      queue.close();
    });

    it('tells for how long the oldest key is waiting', async () => {
      const queue = open();
      expect(queue.oldestWaitMs()).to.equal(0);
      queue.add('a');
      await timers.tickAsync(300);
      queue.add('b');

      expect(queue.oldestWaitMs()).to.equal(300);
    });

    it('leaves no timer behind after close', () => {
      const queue = open();
      queue.addAfter('a', 5_000);

      queue.close();
      queue.addAfter('c', 5_000);

      expect(timers.countTimers()).to.equal(0);
    });
  });
});
