import { expect } from 'chai';
import sinon, { type SinonFakeTimers } from 'sinon';
import { RECEIVER_LABEL } from '../../../src/api/names.ts';
import type { Document } from '../../../src/kube/documents.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import type { Happening } from '../../../src/kube/events.ts';
import type { KubeObject } from '../../../src/kube/resource-type.ts';
import { type Change, ObjectMap } from '../../../src/kube/store.ts';
import { createReceivers, type Receivers } from '../../../src/operator/receivers.ts';
import { half, recordingLogger, settle } from '../kube/support/fakes.ts';

const OWN = 'flux';

interface Shape {
  readonly token?: string;
  readonly type?: string | null;
  readonly namespace?: string;
}

function secretOf(name: string, { token = 'one', type = 'github', namespace = OWN }: Shape = {}): Document {
  const labels = type === null ? {} : { [RECEIVER_LABEL]: type };
  const data = { token: Buffer.from(token).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels }, data };
}

describe('the receivers of webhooks', () => {
  let timers: SinonFakeTimers;
  let store: ObjectMap<KubeObject>;
  let tell: (change: Change<KubeObject>) => void;
  let answer: (name: string) => Promise<Document | undefined>;
  let read: string[];
  let events: Happening[];
  let log: ReturnType<typeof recordingLogger>;
  let stop: AbortController;
  let receivers: Receivers;
  /** What was there after each change. */
  let seen: string[];

  beforeEach(() => {
    timers = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    store = new ObjectMap({});
    [read, events, seen, log, stop] = [[], [], [], recordingLogger(), new AbortController()];
    const stored = new Map<string, Document>();
    answer = (name) => Promise.resolve(stored.get(name));
    apply = (secret) => {
      const { name, namespace } = secret.metadata;
      stored.set(name, secret);
      const previous = store.get(`${namespace ?? ''}/${name}`);
      const object = { metadata: secret.metadata };
      store.set(object);
      tell(
        previous === undefined
          ? { kind: 'added', object, initial: false }
          : { kind: 'updated', object, previous },
      );
    };
    remove = (name) => {
      const object = store.get(`${OWN}/${name}`) ?? secretOf(name);
      stored.delete(name);
      store.delete(`${OWN}/${name}`);
      tell({ kind: 'deleted', object });
    };
    tell = () => undefined;
    receivers = createReceivers({
      namespace: OWN,
      watched: {
        store: store as never,
        onChange: (handler) => {
          tell = handler;
        },
      },
      readSecret: ({ namespace, name }) => {
        read.push(`${namespace}/${name}`);
        return answer(name);
      },
      events: { record: (happening) => events.push(happening) },
      ...{ log, random: half, signal: stop.signal },
    });
  });
  afterEach(() => {
    stop.abort(new Error('the end of the test'));
    timers.restore();
  });

  let apply: (secret: Document) => void;
  let remove: (name: string) => void;
  const shown = (): string =>
    [...receivers.current()].map(([name, { type, key }]) => `${name}=${type}:${key.toString()}`).join(' ');
  const follow = async (): Promise<void> => {
    void receivers.follow(() => seen.push(shown()));
    await settle();
  };

  it('are the labelled Secrets of its own namespace, those that were there and those that come', async () => {
    apply(secretOf('first'));
    apply(secretOf('other', { type: null }));
    apply(secretOf('foreign', { namespace: 'team' }));
    await follow();
    expect(shown()).to.equal('first=github:one');

    apply(secretOf('second', { type: 'gitlab', token: 'two' }));
    apply(secretOf('alien', { namespace: 'team' }));
    await settle();

    expect(shown()).to.equal('first=github:one second=gitlab:two');
    expect(seen).to.deep.equal(['first=github:one', 'first=github:one second=gitlab:two']);
    expect(read, 'of no other Secret is the content asked for').to.deep.equal([
      `${OWN}/first`,
      `${OWN}/second`,
    ]);
  });

  it('are told of once where one is in another namespace, with the way out', async () => {
    apply(secretOf('first', { namespace: 'team' }));
    await follow();
    apply(secretOf('first', { namespace: 'team', token: 'two' }));
    apply(secretOf('second', { namespace: 'team' }));
    await settle();

    const message = `receivers are Secrets of namespace ${OWN}, the operator's own: put it there, or have --operator-namespace name this one`;
    expect(events.map(({ regarding, message: said }) => [regarding.metadata.name, said])).to.deep.equal([
      ['first', message],
      ['second', message],
    ]);
    expect(log.lines.map(({ level, fields }) => [level, fields['name']])).to.deep.equal([
      ['warn', 'team/first'],
      ['warn', 'team/second'],
    ]);

    apply(secretOf('first', { namespace: 'team', type: null }));
    apply(secretOf('first', { namespace: 'team' }));
    expect(events).to.have.length(3);
    expect([read, shown()]).to.deep.equal([[], '']);
  });

  it('have the key that is in the Secret now', async () => {
    apply(secretOf('git'));
    await follow();

    apply(secretOf('git', { token: 'two' }));
    await settle();

    expect(shown()).to.equal('git=github:two');
  });

  it('go with their Secret, and with its label, at once and without a request', async () => {
    for (const name of ['gone', 'unlabelled']) apply(secretOf(name));
    await follow();
    read.length = 0;

    remove('gone');
    expect(shown()).to.equal('unlabelled=github:one');
    apply(secretOf('unlabelled', { type: null }));
    expect(shown()).to.equal('');

    await settle();
    expect(seen.at(-1)).to.equal('');
    expect(read).to.deep.equal([]);
  });

  it('do not come back by an answer that was under way when they went', async () => {
    const slow = Promise.withResolvers<Document>();
    answer = () => slow.promise;
    await follow();
    apply(secretOf('git'));
    await settle();

    remove('git');
    slow.resolve(secretOf('git'));
    await settle();

    expect(shown()).to.equal('');
    expect(seen).to.not.include('git=github:one');
  });

  it('never have an old key that was answered late', async () => {
    const slow = Promise.withResolvers<Document>();
    const now = answer;
    answer = () => slow.promise;
    await follow();
    apply(secretOf('git', { token: 'old' }));
    await settle();
    answer = now;
    apply(secretOf('git', { token: 'new' }));
    await settle();

    slow.resolve(secretOf('git', { token: 'old' }));
    await settle();

    expect(shown()).to.equal('git=github:new');
    expect(seen).to.deep.equal(['git=github:new']);
  });

  it('are read again until the API server answers, and are what they were meanwhile', async () => {
    apply(secretOf('git'));
    await follow();
    const now = answer;
    answer = () =>
      Promise.reject(new ApiError('away for a moment', { status: 503, statusReason: 'Unavailable' }));
    apply(secretOf('git', { token: 'two' }));
    await timers.tickAsync(5_000);
    expect(shown()).to.equal('git=github:one');

    answer = now;
    await timers.tickAsync(30_000);

    expect(shown()).to.equal('git=github:two');
    const complaints = log.lines.filter(({ message }) => message === 'waiting for a receiver of webhooks');
    expect(complaints[0]?.fields).to.deep.equal({ name: 'git', error: 'away for a moment' });
    expect(complaints.length).to.be.within(2, 6);
  });

  it('are told of on the Secret when they are none, and are no longer what they were', async () => {
    apply(secretOf('git'));
    await follow();

    apply(secretOf('git', { type: 'svn', token: 'nobody-may-see-this' }));
    await settle();

    expect(shown()).to.equal('');
    expect(seen.at(-1)).to.equal('');
    const [event] = events;
    expect(event).to.include({ type: 'Warning', reason: 'InvalidReceiver' });
    expect(event?.regarding.metadata).to.include({ name: 'git', namespace: OWN });
    expect(event?.message).to.contain("'svn': it must be one of github, gitlab,");
    expect(JSON.stringify([event?.message, log.lines])).to.not.contain('nobody-may-see-this');

    apply(secretOf('git', { token: 'right' }));
    await settle();
    expect(shown()).to.equal('git=github:right');
  });

  it('are asked for no more when the operator stops', async () => {
    answer = () => Promise.reject(new ApiError('away', { status: 503, statusReason: 'Unavailable' }));
    apply(secretOf('git'));
    await follow();
    stop.abort(new Error('stopping'));
    await settle();
    const count = read.length;
    await timers.tickAsync(60_000);

    expect(read).to.have.length(count);
    expect(log.lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });
});
