import type { ApiClient } from '../../hack/testenv/control-plane/api-client.ts';
import { pathOfType } from '../../src/kube/resource-type.ts';

/** Objects as the API server has them now, by single requests: each kubectl costs as much as a whole pass of the operator. */
export interface Objects {
  /** Undefined if there is none. A kind is named as kubectl names it, in the plural. */
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

const GROUPS = new Map([
  ['deployments', 'apps'],
  ['replicasets', 'apps'],
  ['jobs', 'batch'],
  ['leases', 'coordination.k8s.io'],
  ['helmreleases', 'helm.fluxcd.io'],
  ['gitsyncs', 'gitops.helm-release-operator.io'],
]);

export function createObjects(client: ApiClient): Objects {
  const answerOf = async (path: string): Promise<unknown> => {
    const answer = await client.send('GET', path);
    if (answer.status === 404 && isOfObject(answer.json())) return undefined;
    if (answer.status !== 200) throw new Error(`GET ${path}: ${String(answer.status)} ${answer.text}`);
    return answer.json();
  };
  return {
    get: async <T>(kind: string, name: string, namespace: string) =>
      (await answerOf(pathOf(kind, { namespace, name }))) as T | undefined,
    list: async <T>(kind: string, namespace?: string, { labels, fields }: Selectors = {}) => {
      const query = new URLSearchParams({
        ...(labels === undefined ? {} : { labelSelector: labels }),
        ...(fields === undefined ? {} : { fieldSelector: fields }),
      });
      const found = await answerOf(`${pathOf(kind, { namespace })}?${query.toString()}`);
      const { kind: listKind, items } = found as { readonly kind: string; readonly items: readonly T[] };
      // In a list the objects do not say what they are.
      return items.map((item) => ({ ...item, kind: listKind.replace(/List$/, '') }));
    },
  };
}

/** Whether it is an object that is missing, and not the whole kind. */
function isOfObject(status: unknown): boolean {
  return (status as { readonly details?: { readonly name?: string } }).details?.name !== undefined;
}

function pathOf(kind: string, place: Parameters<typeof pathOfType>[1]): string {
  const [plural = '', ...rest] = kind.split('.');
  const group = rest.length > 0 ? rest.join('.') : (GROUPS.get(plural) ?? '');
  const version = group === 'gitops.helm-release-operator.io' ? 'v1alpha1' : 'v1';
  return pathOfType({ group, version, kind, plural, namespaced: true }, place);
}
