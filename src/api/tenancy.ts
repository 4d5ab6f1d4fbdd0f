import { isInOwnCommit } from './chart-source.ts';
import { InvalidSpecError } from './errors.ts';
import type { HelmRelease, ValuesFromEntry } from './helm-release.ts';
import { orElse } from './or-else.ts';
import { serviceAccountUser } from './service-account.ts';

/** What the operator was told about whom it trusts with its own rights. */
export interface Tenancy {
  /** The ServiceAccount of a HelmRelease that names none; undefined for the rights of the operator itself. */
  readonly defaultAccount: string | undefined;
  /** Whether a HelmRelease may name ConfigMaps and Secrets of other namespaces. */
  readonly crossNamespaceRefs: boolean;
}

/** Whoever may write a HelmRelease may do what the operator may, as under 1.4.4. */
export const TRUSTING: Tenancy = { defaultAccount: undefined, crossNamespaceRefs: true };

/**
 * As whom everything is done for a HelmRelease, as the API server calls the account. Undefined for the rights of the
 * operator itself, and where the chart is in the commit of a GitSync, whose account it is then.
 */
export function accountOf(
  { metadata, spec }: Pick<HelmRelease, 'metadata' | 'spec'>,
  { defaultAccount }: Pick<Tenancy, 'defaultAccount'>,
): string | undefined {
  return namedAccountOf({ metadata, spec }, isInOwnCommit(spec.chart) ? undefined : defaultAccount);
}

/** The account that a HelmRelease names, or else the one of that name, in its namespace. */
export function namedAccountOf(
  { metadata, spec }: Pick<HelmRelease, 'metadata' | 'spec'>,
  otherwise?: string,
): string | undefined {
  const name = orElse(spec.serviceAccountName, otherwise);
  return name === undefined ? undefined : serviceAccountUser(metadata.namespace ?? '', name);
}

/** Throws an InvalidSpecError for the first document of another namespace, where none may be named. */
export function refuseCrossNamespaceRefs(
  { metadata: { namespace: own = '' }, spec }: Pick<HelmRelease, 'metadata' | 'spec'>,
  { crossNamespaceRefs }: Pick<Tenancy, 'crossNamespaceRefs'>,
): void {
  if (crossNamespaceRefs) return;
  const values = (spec.valuesFrom ?? []).map((entry, index) =>
    documentOf(entry, `spec.valuesFrom[${index.toString()}]`),
  );
  const chart = { field: 'spec.chart.secretRef', kind: 'Secret', namespace: spec.chart.secretRef?.namespace };
  for (const { field, kind, namespace } of [chart, ...values]) {
    const named = orElse(namespace, own);
    if (named === own) continue;
    throw new InvalidSpecError(
      `${field} names a ${kind} in namespace ${named}, and this operator reads those of the HelmRelease's own namespace only (--no-cross-namespace-refs): copy it to namespace ${own} and remove ${field}.namespace`,
    );
  }
}

interface NamedDocument {
  readonly field: string;
  readonly kind: 'ConfigMap' | 'Secret';
  readonly namespace: string | undefined;
}

/** Of several in one entry the first counts. */
function documentOf({ configMapKeyRef, secretKeyRef }: ValuesFromEntry, entry: string): NamedDocument {
  return configMapKeyRef === undefined
    ? { field: `${entry}.secretKeyRef`, kind: 'Secret', namespace: secretKeyRef?.namespace }
    : { field: `${entry}.configMapKeyRef`, kind: 'ConfigMap', namespace: configMapKeyRef.namespace };
}
