import type { Config } from '../config.ts';
import type { Store } from '../kube/store.ts';
import type { ReadinessPart } from '../server/operator-routes.ts';

interface Seen {
  readonly watched: Readonly<
    Record<'releases' | 'secrets' | 'configMaps', { readonly store: Pick<Store<never>, 'size'> }>
  >;
}

/**
 * Whether the one namespace to look at is there. No right to ask is needed: Kubernetes puts a ConfigMap into each, so one
 * in which there is nothing at all is mistyped, or comes later, when the watches see it.
 */
export function namespacePart(
  { watched: { releases, secrets, configMaps } }: Seen,
  {
    allowNamespace,
    tenantMode = false,
  }: Pick<Config, 'allowNamespace'> & Partial<Pick<Config, 'tenantMode'>>,
): readonly ReadinessPart[] {
  // What is in a namespace of tenants is not seen.
  if (allowNamespace === undefined || tenantMode) return [];
  const name = `namespace ${allowNamespace}`;
  const ready = [releases, secrets, configMaps].some(({ store }) => store.size > 0);
  if (ready) return [{ name, ready }];
  const why = `${name} of --allow-namespace does not exist, or holds nothing: create it, or correct the flag`;
  return [{ name, ready, why }];
}
