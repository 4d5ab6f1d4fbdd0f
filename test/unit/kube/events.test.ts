import { expect } from 'chai';
import sinon from 'sinon';
import { UnreachableError } from '../../../src/kube/errors.ts';
import { createEventRecorder, type EventRecorder, type Happening } from '../../../src/kube/events.ts';
import type { KubeEvent } from '../../../src/kube/event/kube-event.ts';
import { half, never, recordingLogger, settle, testClock, thing } from './support/fakes.ts';
import { apiFailure, fakeTransport, type FakeTransport } from './support/fake-transport.ts';

const RELEASE = { ...thing('shop', 7), apiVersion: 'helm.fluxcd.io/v1', kind: 'HelmRelease' };

function happening(more: Partial<Happening> = {}): Happening {
  return { regarding: RELEASE, type: 'Warning', reason: 'FailedUpgrade', message: 'no such chart', ...more };
}

describe('the event recorder', () => {
  let timers: sinon.SinonFakeTimers;
  let transport: FakeTransport;
  let log: ReturnType<typeof recordingLogger>;
  let recorder: EventRecorder;
  const written = () =>
    transport.requests.map(({ verb, body }) => ({ verb, ...(body as { count?: number; message?: string }) }));

  beforeEach(() => {
    timers = sinon.useFakeTimers({ now: new Date('2026-11-23T10:00:00.500Z') });
    transport = fakeTransport(({ body }) => structuredClone(body));
    log = recordingLogger();
    recorder = createEventRecorder({ transport, log, clock: testClock, random: half, instance: 'pod-1' });
  });
  afterEach(() => {
    recorder.close();
    timers.restore();
  });

  it('writes an event as kubectl describe shows it', async () => {
    recorder.record(happening());
    await settle();

    const [request] = transport.requests;
    expect(request?.path).to.equal('/api/v1/namespaces/web/events');
    expect(request?.body).to.deep.equal({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: (request?.body as KubeEvent).metadata.name, namespace: 'web' },
      involvedObject: {
        apiVersion: 'helm.fluxcd.io/v1',
        kind: 'HelmRelease',
        namespace: 'web',
        name: 'shop',
        uid: 'uid-of-shop',
        resourceVersion: '7',
      },
      type: 'Warning',
      reason: 'FailedUpgrade',
      message: 'no such chart',
      source: { component: 'helm-operator' },
      reportingComponent: 'helm-operator',
      reportingInstance: 'pod-1',
      count: 1,
      firstTimestamp: '2026-11-23T10:00:00Z',
      lastTimestamp: '2026-11-23T10:00:00Z',
    });
    expect((request?.body as KubeEvent).metadata.name).to.match(/^shop\.[0-9a-f]{19}$/);
  });

  it('counts up what happens again, and nothing else', async () => {
    recorder.record(happening());
    await settle();
    await timers.tickAsync(5_000);
    recorder.record(happening());
    recorder.record(happening({ message: 'another' }));
    recorder.record(happening({ reason: 'Another' }));
    recorder.record(happening({ type: 'Normal' }));
    recorder.record(happening({ regarding: thing('other', 1) }));
    await settle();

    expect(written().map(({ verb }) => verb)).to.deep.equal([
      'create',
      'patch',
      'create',
      'create',
      'create',
      'create',
    ]);
    expect(transport.requests[1]?.body).to.deep.equal({ count: 2, lastTimestamp: '2026-11-23T10:00:05Z' });
    expect(transport.requests[1]?.path).to.match(/\/namespaces\/web\/events\/shop\./);
  });

  it('makes one write of what happened several times before it could be written', async () => {
    for (let i = 0; i < 6; i += 1) recorder.record(happening());
    await settle();

    // the first is on its way when the others come
    expect(written().map(({ verb, count }) => [verb, count])).to.deep.equal([
      ['create', 1],
      ['patch', 6],
    ]);
  });

  it('writes anew when the server has forgotten the event', async () => {
    recorder.record(happening());
    await settle();
    transport.answer = ({ verb, body }) => {
      if (verb === 'patch') throw apiFailure(404);
      return structuredClone(body);
    };
    recorder.record(happening());
    await settle();

    expect(written().map(({ verb, count }) => [verb, count])).to.deep.equal([
      ['create', 1],
      ['patch', 2],
      ['create', 1],
    ]);
  });

  it('lets one object have 25 events at once and then one every five minutes, and others theirs', async () => {
    for (let i = 0; i < 40; i += 1) recorder.record(happening({ message: `failure ${String(i)}` }));
    await recorder.flush(never());
    expect(transport.requests).to.have.length(25);

    recorder.record(happening({ regarding: thing('other', 1) }));
    await settle();
    expect(transport.requests).to.have.length(26);

    await timers.tickAsync(300_000);
    for (let i = 0; i < 5; i += 1) recorder.record(happening({ message: `later ${String(i)}` }));
    await settle();
    expect(transport.requests).to.have.length(27);
  });

  it('waits for a server that is away, and complains once if it stays away', async () => {
    let away = true;
    transport.answer = ({ body }) => {
      if (away) throw new UnreachableError('the API server cannot be reached');
      return structuredClone(body);
    };
    recorder.record(happening({ message: 'first' }));
    recorder.record(happening({ message: 'second' }));
    await timers.tickAsync(200_000);
    expect(transport.requests).to.have.length(10);
    expect(log.lines).to.deep.equal([
      {
        level: 'warn',
        message: 'events are being lost',
        fields: { error: 'the API server cannot be reached' },
      },
    ]);

    recorder.record(happening({ message: 'third' }));
    await timers.tickAsync(500);
    away = false;
    await timers.tickAsync(30_000);
    expect(written().at(-1)).to.include({ message: 'third' });

    away = true;
    recorder.record(happening({ message: 'fourth' }));
    await timers.tickAsync(200_000);
    expect(log.lines).to.have.length(2);
  });

  it('does not try again what will be refused again, and goes on with the others', async () => {
    transport.answer = ({ body }) => {
      const { message } = body as { message: string };
      if (message === 'forbidden') throw apiFailure(403, 'Forbidden');
      return structuredClone(body);
    };
    recorder.record(happening({ message: 'forbidden' }));
    recorder.record(happening({ message: 'fine' }));
    await settle();

    expect(written().map(({ message }) => message)).to.deep.equal(['forbidden', 'fine']);
  });

  describe('while the server fails at the events of one namespace', () => {
    const unwelcome = (n: number) =>
      happening({
        regarding: { kind: 'HelmRelease', metadata: { namespace: 'bad', name: `r-${String(n)}` } },
      });
    const pathsOf = (namespace: string) =>
      transport.requests.filter(({ path }) => path === `/api/v1/namespaces/${namespace}/events`);

    beforeEach(() => {
      transport.answer = ({ path, body }) => {
        if (path.includes('/bad/')) throw apiFailure(500, 'InternalError');
        return structuredClone(body);
      };
    });

    it('lets those of others wait for none of them', async () => {
      for (let n = 0; n < 20; n += 1) recorder.record(unwelcome(n));
      recorder.record(happening({ message: 'behind them' }));
      for (let n = 0; n < 10; n += 1) await settle();
      expect([pathsOf('bad').length, pathsOf('web').length]).to.deep.equal([20, 1]);

      recorder.record(happening({ message: 'while they wait for their next try' }));
      await settle();
      expect(pathsOf('web')).to.have.length(2);
    });

    it('tries each of them five times, and ever less often', async () => {
      recorder.record(unwelcome(0));
      const tries: number[] = [];
      for (let second = 0; second < 60; second += 1) {
        await timers.tickAsync(1_000);
        tries.push(pathsOf('bad').length);
      }

      // With a pause of 1, 2, 4 and 8 s in between.
      expect([0, 1, 3, 7, 15].map((second) => tries[second])).to.deep.equal([2, 2, 3, 4, 5]);
      expect(tries.at(-1)).to.equal(5);
      expect(log.lines).to.have.length(1);
      expect(timers.countTimers()).to.equal(0);
    });

    it('has room for those of others', async () => {
      for (let n = 0; n < 1_000; n += 1) recorder.record(unwelcome(n));
      while (pathsOf('bad').length < 1_000) await settle();
      await settle();
      recorder.record(happening());
      await settle();

      expect(pathsOf('web')).to.have.length(1);
      expect(log.lines.map(({ fields }) => fields)).to.deep.equal([
        { error: 'too many are waiting for the API server' },
      ]);
    });
  });

  it('counts what happened again between two tries', async () => {
    const failures = [apiFailure(503), new UnreachableError('the answer is lost'), apiFailure(409)];
    transport.answer = ({ body }) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return structuredClone(body);
    };
    recorder.record(happening());
    await settle();
    recorder.record(happening());
    recorder.record(happening());
    await timers.tickAsync(60_000);

    // The second try got through, as the third is told.
    expect(written().map(({ verb, count }) => [verb, count])).to.deep.equal([
      ['create', 1],
      ['create', 1],
      ['create', 1],
      ['patch', 3],
    ]);
    const names = transport.requests.slice(0, 3).map(({ body }) => (body as KubeEvent).metadata.name);
    expect(new Set(names)).to.have.length(1);
  });

  it('keeps a bounded number of events waiting, and says that it drops the others', () => {
    transport.answer = () => new Promise(() => undefined);
    for (let i = 0; i < 1_500; i += 1) recorder.record(happening({ regarding: thing(`r-${String(i)}`, 1) }));

    expect(log.lines).to.deep.equal([
      {
        level: 'warn',
        message: 'events are being lost',
        fields: { error: 'too many are waiting for the API server' },
      },
    ]);
  });

  it('puts events of objects without a namespace where everybody looks for them', async () => {
    recorder.record(happening({ regarding: { kind: 'Node', metadata: { name: 'n1' } } }));
    await settle();

    expect(transport.requests[0]?.path).to.equal('/api/v1/namespaces/default/events');
    expect(transport.requests[0]?.body).to.have.nested.property('involvedObject.namespace', 'default');
  });

  it('cuts a message and a name that the server would refuse', async () => {
    recorder.record(happening({ message: 'x'.repeat(3_000), regarding: thing('n'.repeat(253), 1) }));
    await settle();

    const body = transport.requests[0]?.body as { message: string; metadata: { name: string } };
    expect(body.message).to.have.length(1_024).and.match(/x…$/);
    expect(body.metadata.name).to.have.length(253);
  });

  it('writes what is waiting before it lets the program go', async () => {
    recorder.record(happening());
    recorder.record(happening({ message: 'second' }));

    await recorder.flush(new AbortController().signal);

    expect(transport.requests).to.have.length(2);
  });

  it('does not keep the program when the server stays away', async () => {
    transport.answer = () => {
      throw new UnreachableError('away');
    };
    const patience = new AbortController();
    recorder.record(happening());
    recorder.record(happening({ message: 'second' }));
    const flushed = recorder.flush(patience.signal);
    await timers.tickAsync(100);

    patience.abort();
    await flushed;

    expect(timers.countTimers()).to.equal(0);
    recorder.record(happening({ message: 'too late' }));
    await settle();
    expect(transport.requests).to.have.length(1);
  });
});
