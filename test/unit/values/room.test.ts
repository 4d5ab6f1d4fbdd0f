import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ValuesSource } from '../../../src/api/values-sources.ts';
import { composeValues, type Values } from '../../../src/values/compose.ts';
import { RoomError } from '../../../src/values/room-error.ts';
import { createValuesRoom, type HeldValues } from '../../../src/values/room.ts';
import { readersOf } from './readers.ts';

const { signal } = new AbortController();

function valuesOf(bytes: number): Values {
  const file = { origin: 'here', content: Buffer.alloc(bytes), secret: false };
  return { files: [file], inline: undefined, merged: {}, warnings: [], secrets: [] };
}

/** Room for 100 bytes, of which values up to 10 take none. */
function bench() {
  const room = createValuesRoom(100, 10);
  const composed: string[] = [];
  let pauses = 0;
  const hold = (key: string, bytes: number, abort = signal): Promise<HeldValues> =>
    room.hold(key, {
      signal: abort,
      pause: () => {
        pauses += 1;
        return () => (pauses -= 1);
      },
      compose: async (maxBytes) => {
        composed.push(`${key} up to ${maxBytes}`);
        await Promise.resolve();
        if (bytes > maxBytes) throw new RoomError(bytes);
        return valuesOf(bytes);
      },
    });
  return { hold, composed, pauses: () => pauses };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the room for values', () => {
  it('is not asked for by small ones, however many there are', async () => {
    const { hold } = bench();

    const held = await Promise.all(Array.from({ length: 50 }, (_, at) => hold(`shop/${at}`, 10)));

    expect(held).to.have.length(50);
  });

  it('lets large ones in only as far as they fit, and the next when one is disposed of', async () => {
    const { hold, pauses } = bench();
    const first = await hold('a', 60);
    let isIn = false;
    const second = hold('b', 60).then(() => (isIn = true));
    await settled();
    expect([isIn, pauses()]).to.deep.equal([false, 1]);

    first[Symbol.dispose]();

    await second;
    expect([isIn, pauses()]).to.deep.equal([true, 0]);
  });

  it('is left to other namespaces by one that wants all of it', async () => {
    const { hold } = bench();
    let fleet = 0;
    for (let at = 0; at < 50; at += 1) void hold(`fleet/${at}`, 12).then(() => (fleet += 1));
    await settled();

    await hold('shop/web', 11);

    expect(fleet).to.be.below(4);
  });

  it('lets small ones pass while large ones wait', async () => {
    const { hold } = bench();
    await hold('a', 100);
    void hold('b', 100);
    await settled();

    expect((await hold('c', 10)).values.files[0]?.content).to.have.length(10);
  });

  it('is known of large ones from the time before, so that nothing is read in vain', async () => {
    const { hold, composed } = bench();

    (await hold('a', 60))[Symbol.dispose]();
    (await hold('a', 60))[Symbol.dispose]();

    expect(composed).to.deep.equal(['a up to 10', 'a up to 60', 'a up to 60']);
  });

  it('is taken anew where it turns out not to be enough, and by one alone that needs more than there is', async () => {
    const { hold, composed } = bench();
    (await hold('a', 60))[Symbol.dispose]();

    const all = await hold('a', 150);

    expect(composed).to.deep.equal(['a up to 10', 'a up to 60', 'a up to 60', 'a up to 150']);
    let isIn = false;
    void hold('b', 20).then(() => (isIn = true));
    await settled();
    expect(isIn).to.equal(false);
    all[Symbol.dispose]();
    await settled();
    expect(isIn).to.equal(true);
  });

  it('is asked for twice and no more by large ones that it does not know yet, whatever they are made of', async () => {
    const room = createValuesRoom();
    const content = Buffer.from(`text: ${'x'.repeat(50_000)}\n`);
    let reads = 0;
    const sources = Array.from({ length: 10 }, (_, at): ValuesSource => {
      return { kind: 'url', url: `https://values.example.com/${String(at)}`, optional: false };
    });
    const fetchExternal = (): Promise<Buffer> => {
      reads += 1;
      return Promise.resolve(content);
    };

    const held = await room.hold('a', {
      signal,
      pause: () => () => undefined,
      compose: (maxBytes) =>
        composeValues(sources, {}, { ...readersOf({}), fetchExternal }, signal, maxBytes),
    });

    expect(held.values.files).to.have.length(10);
    expect(reads).to.equal(20);
  });

  it('is left again when composing fails, and when waiting is given up', async () => {
    const room = createValuesRoom(100, 10);
    const pause = () => () => undefined;
    const failing = room.hold('a', {
      signal,
      pause,
      compose: (maxBytes) => Promise.reject(maxBytes < 60 ? new RoomError(60) : new Error('no YAML')),
    });
    expect(await failing.catch((caught: unknown) => caught)).to.have.property('message', 'no YAML');

    const { hold } = bench();
    const first = await hold('a', 100);
    const abort = new AbortController();
    const waiting = hold('b', 100, abort.signal).catch((caught: unknown) => caught);
    await settled();
    abort.abort(new Error('stop'));
    expect(await waiting).to.have.property('message', 'stop');
    first[Symbol.dispose]();
    await hold('c', 100);
  });
});
