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
          const slots = createSlots(size);
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
    const slots = createSlots(1);

    const error = await failureOf(slots.run(never(), () => Promise.reject(new Error('no'))));

    expect(error.message).to.equal('no');
    expect(await slots.run(never(), () => Promise.resolve('yes'))).to.equal('yes');
  });

  it('does not give a slot to one who stopped waiting', async () => {
    const slots = createSlots(1);
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
});
