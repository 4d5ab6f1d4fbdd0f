import { expect } from 'chai';
import fc from 'fast-check';
import sinon from 'sinon';
import type { KubeEvent } from '../../../src/kube/event/kube-event.ts';
import { UnreachableError } from '../../../src/kube/errors.ts';
import { createEventRecorder, type Happening } from '../../../src/kube/events.ts';
import type { ApiRequest } from '../../../src/kube/http/api-request.ts';
import { half, never, recordingLogger, testClock, thing } from './support/fakes.ts';
import { apiFailure, fakeTransport } from './support/fake-transport.ts';

/** How the server takes one request. `silent`: it does as it is told, and nobody hears of it. */
type Mood = 'well' | 'silent' | 'away' | 'busy';

interface Step {
  readonly happening: Happening;
  readonly afterMs: number;
  readonly mood: Mood;
}

const LONG = 'x'.repeat(2_000);
const happening: fc.Arbitrary<Happening> = fc.record({
  regarding: fc.constantFrom(thing('web', 1), thing('web', 2), thing('shop', 1, { uid: 'another' })),
  type: fc.constant('Warning' as const),
  reason: fc.constantFrom('ReleaseSynced', 'FailedReleaseSync'),
  message: fc.constantFrom('synchronized', 'failed: a', 'failed: b', `${LONG}a`, `${LONG}b`),
});
const step: fc.Arbitrary<Step> = fc.record({
  happening,
  afterMs: fc.oneof(fc.constant(0), fc.nat(2_000), fc.nat(1_000_000)),
  mood: fc.constantFrom('well', 'well', 'well', 'silent', 'away', 'busy'),
});

/** What people tell apart. */
const told = ({ involvedObject, reason, message }: KubeEvent): string =>
  [involvedObject.name, involvedObject.uid, reason, message].join('\n');
const toldOf = ({ regarding: { metadata }, reason, message }: Happening): string => {
  const shown = message.length > 1_024 ? `${message.slice(0, 1_023)}…` : message;
  return [metadata.name, metadata.uid, reason, shown].join('\n');
};

/** Keeps Events as the API server does. */
function eventServer() {
  const kept = new Map<string, KubeEvent>();
  let mood: Mood = 'well';
  const times: number[] = [];
  const answer = ({ verb, path, body }: ApiRequest): unknown => {
    times.push(Date.now());
    const now = mood;
    mood = 'well'; // of one request only
    if (now === 'away') throw new UnreachableError('away');
    if (now === 'busy') throw apiFailure(503);
    const event = body as KubeEvent;
    if (verb === 'create') {
      if (kept.has(event.metadata.name)) throw apiFailure(409, 'AlreadyExists');
      kept.set(event.metadata.name, event);
    } else {
      const name = path.split('/').at(-1) ?? '';
      const old = kept.get(name);
      if (old === undefined) throw apiFailure(404, 'NotFound');
      kept.set(name, { ...old, ...event });
    }
    if (now === 'silent') throw new UnreachableError('the answer is lost');
    return structuredClone(body);
  };
  return {
    answer,
    kept: () => [...kept.values()],
    takes: (next: Mood) => {
      mood = next;
    },
    /** Moments of all requests so far. */
    times: () => times,
  };
}

describe('events that repeat', () => {
  let timers: sinon.SinonFakeTimers;

  beforeEach(() => {
    timers = sinon.useFakeTimers({ now: new Date('2026-11-23T10:00:00Z') });
  });
  afterEach(() => {
    timers.restore();
  });

  const play = async (steps: readonly Step[]) => {
    const server = eventServer();
    const transport = fakeTransport(server.answer);
    let seed = 0;
    const recorder = createEventRecorder({
      transport,
      log: recordingLogger(),
      clock: testClock,
      random: () => (seed = (seed + 0.137) % 1),
    });
    for (const { happening: what, afterMs, mood } of steps) {
      await timers.tickAsync(afterMs);
      server.takes(mood);
      recorder.record(what);
    }
    server.takes('well');
    await timers.tickAsync(600_000);
    await recorder.flush(never());
    return { server, recorder };
  };

  it('are one object for each object, reason and message, whatever the server does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { server } = await play(steps);

        const keys = server.kept().map(told);
        expect(keys).to.have.length(new Set(keys).size);
        for (const event of server.kept()) {
          const happened = steps.filter(({ happening: what }) => toldOf(what) === told(event)).length;
          expect(event.count).to.be.within(1, happened);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('count every time, as long as they are not too many', async () => {
    const calm = fc.array(
      step.map((each): Step => ({ ...each, mood: 'well' })),
      { maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(calm, async (steps) => {
        const { server } = await play(steps);

        const counts = new Map<string, number>();
        for (const { happening: what } of steps) {
          counts.set(toldOf(what), (counts.get(toldOf(what)) ?? 0) + 1);
        }
        expect(new Map(server.kept().map((event) => [told(event), event.count]))).to.deep.equal(counts);
      }),
      { numRuns: 150 },
    );
  });

  it('are written at a bounded rate, and none of them is forgotten in the count', async () => {
    const again = { regarding: thing('web', 1), type: 'Warning', reason: 'Failed', message: 'x' } as const;
    const server = eventServer();
    const recorder = createEventRecorder({
      transport: fakeTransport(server.answer),
      log: recordingLogger(),
      clock: testClock,
      random: half,
    });
    const perHour = 3_600;
    for (let n = 0; n < perHour; n++) {
      recorder.record(again);
      await timers.tickAsync(1_000);
    }

    // 25 at once, and one every five minutes.
    expect(server.times().length).to.be.within(35, 38);
    await timers.tickAsync(300_000);
    recorder.record(again);
    await recorder.flush(never());
    expect(server.kept()).to.have.length(1);
    expect(server.kept()[0]?.count).to.equal(perHour + 1);
  });
});
