import type { ApiClient } from '../../hack/testenv/control-plane/api-client.ts';
import { createApiResources, read } from './api-resources.ts';

/** Objects as the API server has them now, by single requests: each kubectl is a process, and a test that waits asks often. */
export interface Objects {
  /** Undefined if there is none. A kind is named as for kubectl. */
  readonly get: <T = Record<string, unknown>>(
    kind: string,
    name: string,
    namespace: string,
  ) => Promise<T | undefined>;
  /** Those of a namespace; of all namespaces without one. */
  readonly list: <T = Record<string, unknown>>(
    kind: string,
    namespace?: string,
    only?: Selectors,
  ) => Promise<readonly (T & { readonly kind: string })[]>;
}

export interface Selectors {
  readonly labels?: string;
  readonly fields?: string;
}

export function createObjects(client: ApiClient): Objects {
  const resourceOf = createApiResources(client);
  return {
    get: async <T>(kind: string, name: string, namespace: string) => {
      const { root, plural, namespaced } = await resourceOf(kind);
      const path = `${root}${namespaced ? `/namespaces/${namespace}` : ''}/${plural}/${name}`;
      const answer = await client.send('GET', path);
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw new Error(`GET ${path}: ${String(answer.status)} ${answer.text}`);
      return answer.json() as T;
    },
    list: async <T>(name: string, namespace?: string, { labels = '', fields = '' }: Selectors = {}) => {
      const { root, plural, kind } = await resourceOf(name);
      const within = namespace === undefined ? '' : `/namespaces/${namespace}`;
      const query = new URLSearchParams({ labelSelector: labels, fieldSelector: fields });
      const found = await read(client, `${root}${within}/${plural}?${query.toString()}`);
      // In a list the objects do not say what they are.
      return (found as { readonly items: readonly T[] }).items.map((item) => ({ ...item, kind }));
    },
  };
}
