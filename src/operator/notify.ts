import { describe } from '../api/errors.ts';
import type { HelmRelease } from '../api/helm-release.ts';
import type { Trail } from '../api/trail.ts';
import { createConnections } from '../charts/http/connections.ts';
import type { AddressCheck } from '../net/addresses.ts';
import type { HostLookup } from '../net/lookup.ts';
import type { Trouble } from '../notify/desk.ts';
import { createLedgerStore } from '../notify/ledger.ts';
import { createNotify } from '../notify/notify.ts';
import { createPost } from '../notify/post.ts';
import type { OriginOf } from '../release/desire/origin.ts';
import type { Cluster } from './cluster.ts';
import type { Environment } from './environment.ts';
import type { Notifiers } from './notifiers.ts';
import { untilAnswered } from './until-answered.ts';

export interface NotifyParts {
  readonly cluster: Pick<Cluster, 'secrets' | 'watched' | 'events'>;
  readonly notifiers: Notifiers;
  readonly originOf: OriginOf;
  /** What every connection to the outside of the cluster is held to. */
  readonly outside: { readonly lookup: HostLookup; readonly checkAddress: AddressCheck };
  /** The operator's own. */
  readonly namespace: string;
  readonly stopping: AbortSignal;
  /** Aborts when nothing may be done any more: another replica may lead. */
  readonly working: AbortSignal;
}

export interface Notifications {
  /** Sends what can be sent within a second, and writes down what is still owed. */
  readonly stop: () => Promise<void>;
}

/** Whoever leads next waits for it, and sends what is left. */
const GRACE_MS = 1_000;
/** A person is told of it by an Event then: what is over after two tries is nothing to look at. */
const TRIES_BEFORE_EVENT = 3;

/** Tells notifiers what becomes of releases, from now on and as long as there are any. */
export function openNotifications(
  { cluster, notifiers, originOf, outside, namespace, stopping, working }: NotifyParts,
  { env, version, log: root, clock, random, metrics }: Environment,
): Notifications {
  const log = root.child({ component: 'notify' });
  const { releases, secrets } = cluster.watched;
  const connections = createConnections({
    lookup: outside.lookup,
    check: outside.checkAddress,
    proxyEnv: env,
    ca: [],
  });
  /** Those that could not be told of something lately. */
  const troubled = new Set<string>();
  const store = createLedgerStore(cluster.secrets, namespace);

  const onTrouble = ({ notifier, why, attempt, last }: Trouble): void => {
    const { name, kind } = notifier;
    const { host } = 'api' in notifier ? notifier.api : notifier.url;
    const said = `${host} ${why}`;
    if (last) log.error('a notification is not sent', { notifier: name, kind, why: said });
    else if (!troubled.has(name)) log.warn('a notification has to wait', { notifier: name, kind, why: said });
    troubled.add(name);
    if (!last && attempt + 1 !== TRIES_BEFORE_EVENT) return;
    const secret = secrets.store.get(`${namespace}/${name}`);
    if (secret === undefined) return;
    const regarding = { apiVersion: 'v1', kind: 'Secret', metadata: secret.metadata };
    cluster.events.record({ regarding, type: 'Warning', reason: 'NotificationFailed', message: said });
  };

  const onDefect = (caught: unknown): void => {
    if (!stopping.aborted) log.error('notifications cannot be sent', { error: describe(caught) });
  };
  const notify = createNotify({
    onDefect,
    post: createPost({ connections, clock, version }),
    releases: () => releases.store.values(),
    ledger: {
      ...store,
      load: (signal) =>
        untilAnswered(() => store.load(signal), {
          ...{ signal, random },
          onTrouble: (why) => {
            log.warn('waiting for the ledger of notifications', { error: why });
          },
        }),
    },
    trailOf: (release) => provenTrail(release, originOf),
    ...{ clock, random, onTrouble },
    onEnd: ({ kind }, result) => {
      metrics.notificationEnded({ kind, result });
    },
    onWell: ({ name, kind }) => {
      if (troubled.delete(name)) log.info('notifications are sent again', { notifier: name, kind });
    },
    onLedgerTrouble: (why) => {
      log.warn('the ledger of notifications cannot be written', { error: why });
    },
  });
  metrics.readFrom({ notifications: notify.waiting });
  releases.onChange(notify.onChange);
  const begun = notifiers
    .follow(() => {
      notify.use(new Map(notifiers.current()));
    })
    .then(() => notify.begin(new Map(notifiers.current()), stopping))
    .catch(onDefect);

  const stop = async (): Promise<void> => {
    await begun;
    await notify.stop(working.aborted ? 0 : GRACE_MS);
    connections.close();
  };
  // What is left is told by whoever leads then.
  working.addEventListener('abort', () => void stop().catch(onDefect), { once: true });

  return { stop };
}

function provenTrail(release: HelmRelease, originOf: OriginOf): Trail | undefined {
  const origin = originOf(release);
  return origin.kind === 'git' ? origin.trail : undefined;
}
