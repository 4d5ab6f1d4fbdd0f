import type { ApiClient } from '../../hack/testenv/control-plane/api-client.ts';

/** A kind that the API server has, and where its objects are. */
export interface ApiResource {
  readonly kind: string;
  /** Of the group and version: `/api/v1`, `/apis/apps/v1`. */
  readonly root: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly singularName?: string;
    readonly shortNames?: readonly string[];
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

interface GroupList {
  readonly groups: readonly {
    readonly name: string;
    readonly preferredVersion: { readonly groupVersion: string };
  }[];
}

type ByName = ReadonlyMap<string, ApiResource>;

/** Finds kinds by the names that kubectl takes: plural, singular or short, with a group behind a dot or not. */
export function createApiResources(client: ApiClient): (name: string) => Promise<ApiResource> {
  let known: Promise<ByName> | undefined;

  const discover = async (): Promise<ByName> => {
    const { groups } = (await read(client, '/apis')) as GroupList;
    const roots = groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`);
    const names = ['', ...groups.map(({ name }) => name)];
    const lists = (await Promise.all(
      ['/api/v1', ...roots].map((root) => read(client, root)),
    )) as readonly ResourceList[];
    const found = new Map<string, ApiResource>();
    for (const [at, root] of ['/api/v1', ...roots].entries()) {
      const own = lists[at]?.resources.filter(({ name }) => !name.includes('/')) ?? [];
      for (const { name: plural, singularName = '', shortNames = [], kind, namespaced } of own) {
        for (const each of [plural, singularName, kind.toLowerCase(), ...shortNames]) {
          for (const name of [each, `${each}.${names[at] ?? ''}`])
            if (!found.has(name)) found.set(name, { kind, root, plural, namespaced });
        }
      }
    }
    return found;
  };
  return async (given) => {
    const name = given.toLowerCase();
    const before = await (known ??= discover());
    if (before.has(name)) return before.get(name) as ApiResource;
    known = discover();
    const resource = (await known).get(name);
    if (resource === undefined) throw new Error(`the API server has no ${given}`);
    return resource;
  };
}

export async function read(client: ApiClient, path: string): Promise<unknown> {
  const answer = await client.send('GET', path);
  if (answer.status !== 200) throw new Error(`GET ${path}: ${String(answer.status)} ${answer.text}`);
  return answer.json();
}
