import type { HelmRelease } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import type { Charts } from '../charts/charts.ts';
import { assess } from '../health/assess.ts';
import type { Change } from '../kube/store.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import type { WorkQueue } from '../kube/work-queue.ts';
import { releaseOf } from '../release/observe/workloads.ts';
import { concernedBy, referenceKey } from '../release/triggers.ts';
import type { Cluster } from './cluster.ts';

/** Connects everything that can make a release worth another look with the queue. */
export function connectTriggers(cluster: Cluster, charts: Pick<Charts, 'onMoved'>, queue: WorkQueue): void {
  const { releases, revisions, secrets, configMaps, workloads } = cluster.watched;
  const standingFor = (target: string): readonly HelmRelease[] => releases.store.byIndex('target', target);
  const wake = (found: readonly HelmRelease[]): void => {
    for (const release of found) queue.add(keyOf(release));
  };

  releases.onChange((change) => {
    const initial = change.kind === 'added' && change.initial;
    for (const key of concernedBy(change, standingFor)) queue.add(key, initial ? 'low' : 'high');
  });
  revisions.onChange(({ object: { metadata } }) => {
    wake(standingFor(`${metadata.namespace ?? ''}/${metadata.labels?.['name'] ?? ''}`));
  });
  secrets.onChange(({ object }) => {
    wake(releases.store.byIndex('reference', referenceKey('Secret', keyOf(object))));
  });
  configMaps.onChange(({ object }) => {
    wake(releases.store.byIndex('reference', referenceKey('ConfigMap', keyOf(object))));
  });
  for (const informer of workloads) {
    informer.onChange((change) => {
      if (changesHealth(change)) wake(releaseOf(change.object).flatMap(standingFor));
    });
  }
  charts.onMoved((keys) => {
    for (const key of keys) queue.add(key);
  });
}

/** Most changes of a workload are counters that say nothing new about whether it works. */
function changesHealth(change: Change<KubeObject>): boolean {
  switch (change.kind) {
    case 'added':
      return !change.initial;
    case 'deleted':
      return true;
    case 'updated':
      return assess(change.previous).kind !== assess(change.object).kind;
  }
}
