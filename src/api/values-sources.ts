import { InvalidSpecError } from './errors.ts';
import type { HelmReleaseSpec, ValuesFromEntry } from './helm-release.ts';
import { orElse } from './or-else.ts';
import { DEFAULTS } from './schema/defaults.ts';

/** One source of values with its defaults filled in. Later ones win over earlier ones, `spec.values` over all. */
export type ValuesSource =
  | {
      readonly kind: 'configMap' | 'secret';
      readonly namespace: string;
      readonly name: string;
      readonly key: string;
      /** The source may be missing or be no map of values: then it counts as empty. */
      readonly optional: boolean;
    }
  | { readonly kind: 'url'; readonly url: string; readonly optional: boolean }
  | { readonly kind: 'chartFile'; readonly path: string; readonly optional: boolean };

/** In rising priority. An entry that names nothing stands for nothing, as it always did. */
export function valuesSourcesOf(spec: HelmReleaseSpec, ownNamespace: string): readonly ValuesSource[] {
  const old = (spec.valueFileSecrets ?? []).map(({ name }): ValuesSource => ({
    kind: 'secret',
    namespace: ownNamespace,
    name,
    key: DEFAULTS.valuesKey,
    optional: false,
  }));
  const entries = (spec.valuesFrom ?? []).map((entry, index) => sourceOf(entry, index, ownNamespace));
  return [...old, ...entries.filter((source) => source !== undefined)];
}

function sourceOf(entry: ValuesFromEntry, index: number, ownNamespace: string): ValuesSource | undefined {
  const { configMapKeyRef, secretKeyRef, externalSourceRef, chartFileRef } = entry;
  if (configMapKeyRef !== undefined) return keySource('configMap', configMapKeyRef, ownNamespace);
  if (secretKeyRef !== undefined) return keySource('secret', secretKeyRef, ownNamespace);
  if (externalSourceRef !== undefined) {
    const { url, optional = false } = externalSourceRef;
    if (/^https?:\/\//i.test(url)) return { kind: 'url', url, optional };
    if (optional) return undefined;
    throw new InvalidSpecError(
      `spec.valuesFrom[${index.toString()}].externalSourceRef.url is neither an http:// nor an https:// URL: put the values into a ConfigMap or Secret`,
    );
  }
  if (chartFileRef !== undefined) {
    return { kind: 'chartFile', path: chartFileRef.path, optional: chartFileRef.optional ?? false };
  }
  return undefined;
}

function keySource(
  kind: 'configMap' | 'secret',
  ref: NonNullable<ValuesFromEntry['configMapKeyRef' | 'secretKeyRef']>,
  ownNamespace: string,
): ValuesSource {
  return {
    kind,
    namespace: orElse(ref.namespace, ownNamespace),
    name: ref.name,
    key: orElse(ref.key, DEFAULTS.valuesKey),
    optional: ref.optional ?? false,
  };
}
