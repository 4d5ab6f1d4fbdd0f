import { expect } from 'chai';
import { ENDLESS } from '../../support/memory.ts';
import { createSlots, type Pool, type SlotClaim } from '../../../src/helm/slots.ts';

const never = new AbortController().signal;
const claim = (pool: Pool): SlotClaim => ({ pool, party: 'team', urgent: false });

function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return {
    open: () => {
      resolve(undefined);
    },
    opened: promise,
  };
}

describe('createSlots', () => {
  it('lets as many in as a pool has slots, and no pool waits for another', async () => {
    const slots = createSlots({ sizes: { fast: 2, slow: 1, package: 1 }, room: ENDLESS, stopping: never });
    const { open, opened } = gate();

    const all = [
      ...[1, 2, 3].map(() => slots.hold(claim('fast'), never, () => opened)),
      ...[1, 2].map(() => slots.hold(claim('slow'), never, () => opened)),
    ];

    expect(slots.pools.fast).to.include({ inUse: 2, waiting: 1 });
    expect(slots.pools.slow).to.include({ inUse: 1, waiting: 1 });
    expect(await slots.hold(claim('package'), never, () => Promise.resolve('packed'))).to.equal('packed');
    open();
    await Promise.all(all);
    expect(slots.pools.fast).to.include({ inUse: 0, waiting: 0 });
  });

  for (const who of ['the caller', 'the operator'] as const) {
    it(`gives waiting up when ${who} stops, and leaves alone what is in a slot`, async () => {
      const stop = new AbortController();
      const slots = createSlots({
        sizes: { fast: 1, slow: 1, package: 1 },
        room: ENDLESS,
        stopping: who === 'the operator' ? stop.signal : never,
      });
      const { open, opened } = gate();
      const first = slots.hold(claim('fast'), never, () => opened.then(() => 'done'));
      const second = slots
        .hold(claim('fast'), who === 'the caller' ? stop.signal : never, () => Promise.resolve('begun'))
        .catch((caught: unknown) => caught);

      stop.abort(new Error('enough'));

      expect(await second).to.have.property('message', 'enough');
      open();
      expect(await first).to.equal('done');
    });
  }
});
