import { isDeepStrictEqual } from 'node:util';
import type { HelmRelease } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import {
  CHART_COMMIT_ANNOTATION,
  RECONCILE_AT_ANNOTATION,
  UNINSTALL_LEFT_BEHIND_ANNOTATION,
} from '../api/names.ts';
import { targetOf } from '../api/release-name.ts';
import { valuesSourcesOf } from '../api/values-sources.ts';
import { valuesReferences } from '../values/source.ts';
import type { Change } from '../kube/store.ts';
import { formatTarget } from './plan.ts';

/** The indexes by which an event finds the HelmReleases that it concerns. */
export const RELEASE_INDEXES = {
  /** By the Helm release that they stand for. */
  target: (release: HelmRelease): readonly string[] => [formatTarget(targetOf(release))],
  /** By the namespace that it is to be released to. */
  namespace: (release: HelmRelease): readonly string[] => [targetOf(release).namespace],
  /** By the Helm releases that they stood for before. */
  leftBehind: ({ status }: HelmRelease): readonly string[] => status?.leftBehind?.map(formatTarget) ?? [],
  /** By the ConfigMaps and Secrets that they read. */
  reference: (release: HelmRelease): readonly string[] => referencesOf(release),
} as const;

export function referenceKey(kind: 'ConfigMap' | 'Secret', key: string): string {
  return `${kind}/${key}`;
}

function referencesOf({ metadata, spec }: HelmRelease): readonly string[] {
  const own = metadata.namespace ?? '';
  const values = valuesReferences(valuesSourcesOf(spec, own)).map(({ kind, namespace, name }) =>
    referenceKey(kind, `${namespace}/${name}`),
  );
  const { secretRef, chartPullSecret } = spec.chart;
  const secrets = [
    ...(secretRef === undefined ? [] : [`${secretRef.namespace ?? own}/${secretRef.name}`]),
    ...(chartPullSecret === undefined ? [] : [`${own}/${chartPullSecret.name}`]),
  ];
  return [...values, ...secrets.map((secret) => referenceKey('Secret', secret))];
}

/**
 * Which HelmReleases a change of a HelmRelease concerns: itself, unless only its status changed, and when it goes or
 * changes its target, the others that stand for the same release.
 */
export function concernedBy(
  change: Change<HelmRelease>,
  claimantsOf: (target: string) => readonly HelmRelease[],
): readonly string[] {
  const key = keyOf(change.object);
  switch (change.kind) {
    case 'added':
      return [key];
    case 'deleted':
      return [key, ...othersOn(change.object, claimantsOf)];
    case 'updated': {
      if (!isNews(change.previous, change.object)) return [];
      const moved = !isDeepStrictEqual(targetOf(change.previous), targetOf(change.object));
      return moved ? [key, ...othersOn(change.previous, claimantsOf)] : [key];
    }
  }
}

/** Annotations by which people ask for something. */
const COMMANDS = [RECONCILE_AT_ANNOTATION, UNINSTALL_LEFT_BEHIND_ANNOTATION] as const;
/** Annotations that say what is wanted, though they are no part of the spec. */
const NEWS = [...COMMANDS, CHART_COMMIT_ANNOTATION] as const;

function isNews(before: HelmRelease, after: HelmRelease): boolean {
  return (
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    NEWS.some((name) => before.metadata.annotations?.[name] !== after.metadata.annotations?.[name]) ||
    before.metadata.uid !== after.metadata.uid
  );
}

function othersOn(
  release: HelmRelease,
  claimantsOf: (target: string) => readonly HelmRelease[],
): readonly string[] {
  const self = keyOf(release);
  return claimantsOf(formatTarget(targetOf(release)))
    .map(keyOf)
    .filter((key) => key !== self);
}
