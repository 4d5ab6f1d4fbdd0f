import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import sinon from 'sinon';
import { createAdmission, type Admission, type Claim } from '../../../src/process/admission.ts';
import { createMemoryRoom, type MemoryRoom } from '../../../src/process/memory-room.ts';

const never = new AbortController().signal;
const MB = 1e6;

describe('admission', () => {
  let clock: sinon.SinonFakeTimers;
  let memory: { freeBytes: number | undefined; pressure: number };
  let room: MemoryRoom;
  let lacks: string[];

  beforeEach(() => {
    clock = sinon.useFakeTimers();
    memory = { freeBytes: 1_000 * MB, pressure: 0 };
    room = createMemoryRoom({
      read: () => memory,
      clock: { now: () => new Date(), monotonicMs: () => clock.now },
    });
    lacks = [];
  });
  afterEach(() => {
    clock.restore();
  });

  const open = (size: number): Admission => createAdmission({ size, room, onLack: (why) => lacks.push(why) });
  const claim = (party: string, urgent = false): Claim => ({ party, urgent, bytes: 100 * MB });

  /** Lets in whoever may come, and tells in which order they came and how each is let go. */
  function visitors(admission: Admission): {
    readonly names: string[];
    readonly come: (name: string, by: Claim, signal?: AbortSignal) => Promise<unknown>;
    readonly leave: (name: string) => Promise<void>;
  } {
    const names: string[] = [];
    const inside = new Map<string, () => void>();
    return {
      names,
      come: (name, by, signal = never) =>
        admission
          .run(by, signal, () => {
            names.push(name);
            const { promise, resolve } = Promise.withResolvers<undefined>();
            inside.set(name, () => {
              resolve(undefined);
            });
            return promise;
          })
          .catch((caught: unknown) => caught),
      leave: async (name) => {
        inside.get(name)?.();
        await clock.tickAsync(0);
      },
    };
  }

  it('lets in as many as there are places, the urgent first and then each party in its turn', async () => {
    const { names, come, leave } = visitors(open(1));
    void come('first', claim('a'));
    for (const name of ['a1', 'a2']) void come(name, claim('a'));
    void come('b1', claim('b'));
    void come('urgent', claim('c', true));
    await clock.tickAsync(0);

    for (const name of ['first', 'urgent', 'a1', 'b1', 'a2']) await leave(name);

    expect(names).to.deep.equal(['first', 'urgent', 'a1', 'b1', 'a2']);
  });

  it('waits for memory while somebody is in, and says why', async () => {
    const admission = open(4);
    const { names, come } = visitors(admission);
    memory.freeBytes = 150 * MB;
    for (const name of ['one', 'two']) void come(name, claim('a'));
    await clock.tickAsync(0);

    expect(names).to.deep.equal(['one']);
    expect(lacks).to.deep.equal(['50 MB of memory are free, and it takes 100 MB']);
    // It has got its own by now, and the kernel says how much that is.
    memory.freeBytes = 90 * MB;
    await clock.tickAsync(6_000);
    expect(names).to.deep.equal(['one']);
    memory.freeBytes = 110 * MB;
    await clock.tickAsync(250);
    expect(names).to.deep.equal(['one', 'two']);
    expect(admission).to.include({ inUse: 2, waiting: 0 });
  });

  it('counts what one who is in will take, until it has it or has ended', async () => {
    const { names, come, leave } = visitors(open(4));
    memory.freeBytes = 250 * MB;
    for (const name of ['one', 'two', 'three']) void come(name, claim('a'));
    await clock.tickAsync(2_000);
    expect(names).to.deep.equal(['one', 'two']);

    await leave('one');

    expect(names).to.deep.equal(['one', 'two', 'three']);
  });

  it('lets one in however little memory there is', async () => {
    const { names, come, leave } = visitors(open(4));
    memory = { freeBytes: 0, pressure: 90 };
    for (const name of ['one', 'two']) void come(name, claim('a'));
    await clock.tickAsync(5_000);
    expect(names).to.deep.equal(['one']);

    await leave('one');

    expect(names).to.deep.equal(['one', 'two']);
    expect(lacks.at(-1)).to.equal('processes wait for memory 90 % of the time');
  });

  it('looks at no memory where none is told of', async () => {
    const { names, come } = visitors(open(2));
    memory = { freeBytes: undefined, pressure: 0 };
    for (const name of ['one', 'two', 'three']) void come(name, claim('a'));
    await clock.tickAsync(0);

    expect(names).to.deep.equal(['one', 'two']);
  });

  it('lets a waiting one give up, and has no timer left', async () => {
    const admission = open(2);
    const { names, come } = visitors(admission);
    const impatient = new AbortController();
    void come('one', claim('a'));
    memory.freeBytes = 0;
    const second = come('two', claim('a'), impatient.signal);
    await clock.tickAsync(0);

    impatient.abort(new Error('no patience'));

    expect(await second).to.have.property('message', 'no patience');
    expect(admission.waiting).to.equal(0);
    expect(clock.countTimers()).to.equal(0);
    expect(names).to.deep.equal(['one']);
  });

  it('gives the place back after a failure, and lets nobody in whose signal is aborted', async () => {
    const admission = open(1);
    const failed = await admission
      .run(claim('a'), never, () => Promise.reject(new Error('broken')))
      .catch(String);
    const refused = await admission
      .run(claim('a'), AbortSignal.abort(new Error('early')), () => Promise.resolve('in'))
      .catch(String);

    expect([failed, refused]).to.deep.equal(['Error: broken', 'Error: early']);
    expect(admission).to.include({ inUse: 0, waiting: 0 });
  });
});
