import { describe } from '../api/errors.ts';
import { createDocumentReader } from '../kube/documents.ts';
import type { Vigil } from '../kube/vigil.ts';
import type { WorkQueue } from '../kube/work-queue.ts';
import type { ReadinessPart } from '../server/operator-routes.ts';
import { loadDigestKey } from './digest-key.ts';
import type { Environment } from './environment.ts';
import { openHooks } from './hooks.ts';
import { createNews } from './news.ts';
import { createNotifiers } from './notifiers.ts';
import { openNotifications } from './notify.ts';
import type { Parts } from './parts.ts';
import { createReceivers } from './receivers.ts';
import { createReleaseController } from './release-controller.ts';
import { openSyncs } from './sync.ts';
import { untilAnswered } from './until-answered.ts';
import { addAll } from './wake.ts';

export interface WorkParts {
  readonly opened: Omit<Parts, keyof AsyncDisposable>;
  readonly queue: WorkQueue;
  readonly vigil: Vigil;
  /** The operator's own. */
  readonly namespace: string;
  readonly tell: (part: ReadinessPart) => void;
  /** Told how to have every GitSync look at its repository. */
  readonly onRefresh: (refresh: () => void) => void;
  /** Aborts when nothing new is to be begun. */
  readonly stopping: AbortSignal;
  /** Aborts when what is under way is to be ended. */
  readonly working: AbortSignal;
}

const FLUSH_MS = 5_000;

/** All that one replica of the operator does and the others do not. Resolves when it was told to stop and the last helm has ended. */
export async function work(
  { opened, queue, vigil, namespace, tell, onRefresh, stopping, working }: WorkParts,
  environment: Environment,
): Promise<void> {
  const { config, log, clock, random, metrics } = environment;
  const { cluster, charts, git, outside, run, workDir } = opened;
  await using stack = new AsyncDisposableStack();
  stack.defer(() => cluster.events.flush(AbortSignal.timeout(FLUSH_MS)));
  const digestKey = await untilAnswered(() => loadDigestKey(cluster.secrets, namespace, stopping), {
    signal: stopping,
    random,
    onTrouble: (why) => {
      tell({ name: 'releases', ready: false, why });
      log.warn('waiting for the digest key', { error: why });
    },
  });
  tell({ name: 'releases', ready: true });
  const syncs = openSyncs(
    {
      ...{ cluster, git, charts, run, workDir, vigil, digestKey, stopping },
      onClaim: (release) => {
        queue.add(release);
      },
    },
    environment,
  );
  const { originOf, ownCommitOf, traces: syncTraces } = syncs;
  const controller = createReleaseController(
    { ...opened, queue, vigil, digestKey, originOf, ownCommitOf, syncTraces, stopping },
    environment,
  );
  onRefresh(() => {
    syncs.refresh(() => true);
  });
  stack.defer(() => syncs.stop());
  const readSecret = createDocumentReader(cluster.secrets, cluster.watched.secrets.store);
  if (config.allowNamespace !== undefined && config.allowNamespace !== namespace) {
    const why = `their receivers are Secrets of namespace ${namespace}, and --allow-namespace has another one watched`;
    log.info('webhooks are not listened for', { why });
  }
  const labelled = {
    ...{ namespace, readSecret, random, signal: stopping },
    watched: cluster.watched.secrets,
    events: cluster.events,
  };
  const hooks = openHooks({
    ...{ clock, random, log },
    listen: config.webhookListen,
    onEnd: metrics.webhookEnded,
    receivers: createReceivers({ ...labelled, log: log.child({ component: 'webhooks' }) }),
    refresh: createNews(charts, syncs, (caught) => {
      log.error('could not look up the chart sources', { error: describe(caught) });
    }),
  });
  stack.defer(() => hooks.stop());
  const notifiers = createNotifiers({ ...labelled, log: log.child({ component: 'notify' }) });
  const notifications = openNotifications(
    { cluster, notifiers, originOf, outside, namespace, stopping, working },
    environment,
  );
  stack.defer(() => notifications.stop());
  // What is pushed from now on is seen by whoever comes next.
  stopping.addEventListener('abort', () => void hooks.stop(), { once: true });
  addAll(cluster, queue);
  log.info('reconciling', { releases: cluster.watched.releases.store.size });
  await Promise.all([controller.run(stopping, working), syncs.run(stopping, working)]);
}
