import type { HelmRelease } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import { MARK_OWNER_LABEL } from '../api/names.ts';
import type { Charts } from '../charts/charts.ts';
import { assess } from '../health/assess.ts';
import type { Change } from '../kube/store.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import type { WorkQueue } from '../kube/work-queue.ts';
import { releaseOf } from '../release/observe/workloads.ts';
import { concernedBy, referenceKey } from '../release/triggers.ts';
import type { Cluster } from './cluster.ts';

/** Kubernetes puts this ConfigMap into each new namespace, so no watch of namespaces is needed to hear of one. */
const IN_EVERY_NAMESPACE = 'kube-root-ca.crt';

/**
 * Connects everything that can make a release worth another look with the queue. While nobody takes from the queue, nothing
 * is put there: whoever begins to take looks at all of them first.
 */
export function connectTriggers(
  cluster: Cluster,
  charts: Pick<Charts, 'onMoved'>,
  { add }: Pick<WorkQueue, 'add'>,
  isTaking: () => boolean,
): void {
  const queue: Pick<WorkQueue, 'add'> = {
    add: (key, priority) => {
      if (isTaking()) add(key, priority);
    },
  };
  const { releases, revisions, secrets, configMaps, workloads } = cluster.watched;
  const standingFor = (target: string): readonly HelmRelease[] => releases.store.byIndex('target', target);
  const wake = (found: readonly HelmRelease[]): void => {
    for (const release of found) queue.add(keyOf(release));
  };

  const wakeReaders = (kind: 'Secret' | 'ConfigMap', object: KubeObject): void => {
    wake(releases.store.byIndex('reference', referenceKey(kind, keyOf(object))));
  };

  releases.onChange((change) => {
    for (const key of concernedBy(change, standingFor))
      queue.add(key, isInitial(change) && isKnown(change.object) ? 'low' : 'high');
  });
  revisions.onChange((change) => {
    const { metadata } = change.object;
    if (isInitial(change)) return;
    const release = `${metadata.namespace ?? ''}/${metadata.labels?.['name'] ?? ''}`;
    wake(standingFor(release));
    if (changesOwner(change)) wake(releases.store.byIndex('leftBehind', release));
  });
  secrets.onChange((change) => {
    if (!isInitial(change)) wakeReaders('Secret', change.object);
  });
  configMaps.onChange((change) => {
    if (isInitial(change)) return;
    wakeReaders('ConfigMap', change.object);
    const { namespace = '', name } = change.object.metadata;
    if (change.kind === 'added' && name === IN_EVERY_NAMESPACE)
      wake(releases.store.byIndex('namespace', namespace));
  });
  for (const informer of workloads) {
    informer.onChange((change) => {
      if (!changesHealth(change)) return;
      for (const release of releaseOf(change.object)) {
        cluster.changes.tell(release);
        wake(standingFor(release));
      }
    });
  }
  charts.onMoved((keys) => {
    // One commit may concern thousands, and nobody waits for each of them as for a release of one's own.
    for (const key of keys) queue.add(key, 'low');
  });
}

/** Puts all HelmReleases that there are into the queue. */
export function addAll({ watched: { releases } }: Cluster, queue: Pick<WorkQueue, 'add'>): void {
  for (const release of releases.store.values()) queue.add(keyOf(release), isKnown(release) ? 'low' : 'high');
}

/** Nobody has edited it since it was looked at last: after a restart those who wait for something come first. */
function isKnown({ metadata, status }: HelmRelease): boolean {
  return metadata.deletionTimestamp === undefined && status?.observedGeneration === metadata.generation;
}

/** What was there when we came is looked at once, for each HelmRelease, and not again for all that it refers to. */
function isInitial(change: Change<KubeObject>): boolean {
  return change.kind === 'added' && change.initial;
}

/** A release that was left behind is gone, or somebody else's: all else that happens to it is nobody's business. */
function changesOwner(change: Change<KubeObject>): boolean {
  const ownerOf = ({ metadata }: KubeObject): string | undefined => metadata.labels?.[MARK_OWNER_LABEL];
  return (
    change.kind === 'deleted' ||
    (change.kind === 'updated' && ownerOf(change.previous) !== ownerOf(change.object))
  );
}

/** Most changes of a workload are counters that say nothing new about whether it works. */
function changesHealth(change: Change<KubeObject>): boolean {
  switch (change.kind) {
    case 'added':
    case 'deleted':
      return !isInitial(change);
    case 'updated':
      return assess(change.previous).kind !== assess(change.object).kind;
  }
}
