import { expect } from 'chai';
import fc from 'fast-check';
import { createSlots } from '../../../../src/kube/http/slots.ts';
import { failureOf, never, settle } from '../support/fakes.ts';

describe('slots', () => {
  it('never lets more than so many run at once, and lets all of them run', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ max: 12 }),
        async (s, size, calls) => {
          const slots = createSlots({ most: size, isOverload: () => false });
          let inUse = 0;
          let most = 0;

          const all = Array.from({ length: Math.max(0, calls) }, (_, i) =>
            slots.run(never(), async () => {
              inUse += 1;
              most = Math.max(most, inUse);
              await s.schedule(Promise.resolve(), `call ${String(i)}`);
              inUse -= 1;
              return i;
            }),
          );
          await s.waitFor(Promise.all(all));

          expect(most).to.be.at.most(size);
          expect(inUse).to.equal(0);
        },
      ),
    );
  });

  it('gives the slot of a call that failed to the next', async () => {
    const slots = createSlots({ most: 1, isOverload: () => false });

    const error = await failureOf(slots.run(never(), () => Promise.reject(new Error('no'))));

    expect(error.message).to.equal('no');
    expect(await slots.run(never(), () => Promise.resolve('yes'))).to.equal('yes');
  });

  it('does not give a slot to one who stopped waiting', async () => {
    const slots = createSlots({ most: 1, isOverload: () => false });
    const leaving = new AbortController();
    const first = Promise.withResolvers<undefined>();
    const holding = slots.run(never(), () => first.promise);
    let ran = false;
    const left = failureOf(
      slots.run(leaving.signal, () => {
        ran = true;
        return Promise.resolve();
      }),
    );
    const staying = slots.run(never(), () => Promise.resolve('stayed'));

    leaving.abort(new Error('left'));
    first.resolve(undefined);

    expect((await left).message).to.equal('left');
    expect(await staying).to.equal('stayed');
    await holding;
    await settle();
    expect(ran).to.equal(false);
  });

  describe('of a server that is overloaded', () => {
    const OVERLOADED = new Error('overloaded');

    /** Calls that stay under way until they are ended. */
    function calls(most: number): {
      readonly begin: (count: number) => void;
      readonly end: (how: 'well' | 'overloaded', count?: number) => Promise<void>;
      readonly underWay: () => number;
    } {
      const slots = createSlots({ most, isOverload: (error) => error === OVERLOADED });
      const running: PromiseWithResolvers<undefined>[] = [];
      return {
        begin: (count) => {
          for (let at = 0; at < count; at += 1) {
            slots
              .run(never(), () => {
                const call = Promise.withResolvers<undefined>();
                running.push(call);
                return call.promise;
              })
              .catch(() => undefined);
          }
        },
        end: async (how, count = running.length) => {
          for (const call of running.splice(0, count)) {
            if (how === 'well') call.resolve(undefined);
            else call.reject(OVERLOADED);
          }
          await settle();
        },
        underWay: () => running.length,
      };
    }

    it('are half as many, however many calls say so at once', async () => {
      const { begin, end, underWay } = calls(8);
      begin(30);
      await settle();
      expect(underWay()).to.equal(8);

      await end('overloaded');
      expect(underWay()).to.equal(4);
      await end('overloaded');
      expect(underWay()).to.equal(2);
    });

    it('become one more each time that all went well, up to what they were', async () => {
      const { begin, end, underWay } = calls(4);
      begin(100);
      await settle();
      await end('overloaded');
      const sizes: number[] = [];
      for (let round = 0; round < 6; round += 1) {
        sizes.push(underWay());
        await end('well');
      }

      expect(sizes).to.deep.equal([2, 3, 4, 4, 4, 4]);
    });

    it('are never none', async () => {
      const { begin, end, underWay } = calls(2);
      begin(20);
      await settle();
      for (let round = 0; round < 8; round += 1) await end('overloaded');

      expect(underWay()).to.equal(1);
    });
  });
});
