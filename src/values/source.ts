import type { ValuesSource } from '../api/values-sources.ts';

/** An object that a release depends on, whether it exists or not: a watch on it wakes the release. */
export interface ValuesReference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly namespace: string;
  readonly name: string;
}

/** The ConfigMaps and Secrets among the sources, each once. Needs no reading, so it holds for missing ones too. */
export function valuesReferences(sources: readonly ValuesSource[]): readonly ValuesReference[] {
  const references = new Map<string, ValuesReference>();
  for (const source of sources) {
    if (source.kind !== 'configMap' && source.kind !== 'secret') continue;
    const { namespace, name } = source;
    const kind = source.kind === 'secret' ? 'Secret' : 'ConfigMap';
    references.set(`${kind}/${namespace}/${name}`, { kind, namespace, name });
  }
  return [...references.values()];
}

/** How a source is called in messages and, later, as the origin of a value. */
export function originOf(source: ValuesSource): string {
  switch (source.kind) {
    case 'configMap':
      return `ConfigMap ${source.namespace}/${source.name} key ${source.key}`;
    case 'secret':
      return `Secret ${source.namespace}/${source.name} key ${source.key}`;
    case 'url':
      return `URL ${shownUrl(source.url)}`;
    case 'chartFile':
      return `chart file ${source.path}`;
  }
}

/** A URL without user, password and query, any of which may hold a credential. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
