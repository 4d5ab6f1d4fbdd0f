import { expect } from 'chai';
import fc from 'fast-check';
import { createSlots, type Lesson } from '../../../../src/kube/http/slots.ts';
import { failureOf, never, settle } from '../support/fakes.ts';

describe('slots', () => {
  it('never lets more than so many run at once, and lets all of them run', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ max: 12 }),
        async (s, size, calls) => {
          const slots = createSlots({ most: size, lessonOf: () => 'answered' });
          let inUse = 0;
          let most = 0;

          const all = Array.from({ length: Math.max(0, calls) }, (_, i) =>
            slots.run('', never(), async () => {
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
    const slots = createSlots({ most: 1, lessonOf: () => 'answered' });

    const error = await failureOf(slots.run('', never(), () => Promise.reject(new Error('no'))));

    expect(error.message).to.equal('no');
    expect(await slots.run('', never(), () => Promise.resolve('yes'))).to.equal('yes');
  });

  it('does not give a slot to one who stopped waiting', async () => {
    const slots = createSlots({ most: 1, lessonOf: () => 'answered' });
    const leaving = new AbortController();
    const first = Promise.withResolvers<undefined>();
    const holding = slots.run('', never(), () => first.promise);
    let ran = false;
    const left = failureOf(
      slots.run('', leaving.signal, () => {
        ran = true;
        return Promise.resolve();
      }),
    );
    const staying = slots.run('', never(), () => Promise.resolve('stayed'));

    leaving.abort(new Error('left'));
    first.resolve(undefined);

    expect((await left).message).to.equal('left');
    expect(await staying).to.equal('stayed');
    await holding;
    await settle();
    expect(ran).to.equal(false);
  });

  describe('of a server that is overloaded', () => {
    type How = 'well' | Lesson;

    /** Calls that stay under way until they are ended. */
    function calls(most: number): {
      readonly begin: (count: number, party?: string) => void;
      readonly end: (how: How, count?: number) => Promise<void>;
      readonly underWay: () => number;
    } {
      const slots = createSlots({ most, lessonOf: (error) => (error as Error).message as Lesson });
      const running: PromiseWithResolvers<undefined>[] = [];
      return {
        begin: (count, party = '') => {
          for (let at = 0; at < count; at += 1) {
            slots
              .run(party, never(), () => {
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
            else call.reject(new Error(how));
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

    it('do not become more by what was sent before they were made fewer', async () => {
      const { begin, end, underWay } = calls(8);
      begin(30);
      await settle();

      await end('overloaded', 1);
      await end('well', 7);
      expect(underWay()).to.equal(4);
      await end('well');
      expect(underWay()).to.equal(5);
    });

    it('stay as many as they are while no connection is made', async () => {
      const { begin, end, underWay } = calls(4);
      begin(100);
      await settle();
      await end('overloaded');
      for (let round = 0; round < 5; round += 1) await end('nothing');

      expect(underWay()).to.equal(2);
    });

    for (const { asked, left } of [
      { asked: 'slow', left: 4 },
      { asked: '', left: 2 },
    ]) {
      it(`are ${String(left)} of 4 after silence for ${asked || 'what no namespace can be to blame for'}, while others are answered`, async () => {
        const { begin, end, underWay } = calls(4);
        begin(2, 'quick');
        begin(2, asked);
        begin(20, 'quick');
        await settle();

        await end('well', 2);
        await end('silent', 2);
        await end('nothing', 2);

        expect(underWay()).to.equal(left);
      });
    }

    it('are half as many when all namespaces hear nothing', async () => {
      const { begin, end, underWay } = calls(4);
      for (const party of ['a', 'b', 'c', 'd']) begin(20, party);
      await settle();

      await end('silent');

      expect(underWay()).to.equal(2);
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
