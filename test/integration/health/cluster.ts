import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startControlPlane } from '../../../hack/testenv/testenv.ts';
import type { KubeEvent } from '../../../src/health/kube-event.ts';
import type { KubeObject } from '../../../src/kube/resource-type.ts';

/** Below `/apis/apps/v1/namespaces/shop/` or `/api/v1/namespaces/shop/`. */
export interface Cluster {
  create(collection: string, object: unknown): Promise<void>;
  patch(path: string, patch: unknown): Promise<void>;
  get(path: string): Promise<KubeObject>;
  list(path: string): Promise<readonly KubeObject[]>;
  events(): Promise<readonly KubeEvent[]>;
}

const NAMESPACE = 'shop';
const POLL_MS = 20;

export async function startCluster(owner: AsyncDisposableStack): Promise<Cluster> {
  const dir = await mkdtemp(join(tmpdir(), 'health-test-'));
  owner.defer(() => rm(dir, { recursive: true }));
  const controlPlane = await startControlPlane(dir);
  owner.defer(() => controlPlane.stop());

  const send = async (method: string, path: string, body?: unknown, type?: string): Promise<unknown> => {
    const answer = await controlPlane.client.send(method, path, body, type);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${String(answer.status)} ${answer.text}`);
    return answer.json();
  };
  const urlOf = (path: string): string => {
    const prefix = path.startsWith('jobs') ? '/apis/batch/v1' : isApps(path) ? '/apis/apps/v1' : '/api/v1';
    return `${prefix}/namespaces/${NAMESPACE}/${path}`;
  };
  const list = async (path: string): Promise<readonly unknown[]> =>
    ((await send('GET', urlOf(path))) as { readonly items: readonly unknown[] }).items;

  await send('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  await until('the default service account', async () =>
    (await list('serviceaccounts')).length > 0 ? true : undefined,
  );
  return {
    create: async (collection, object) => {
      await send('POST', urlOf(collection), object);
    },
    patch: async (path, patch) => {
      await send('PATCH', urlOf(path), patch, 'application/strategic-merge-patch+json');
    },
    get: async (path) => (await send('GET', urlOf(path))) as KubeObject,
    list: async (path) => (await list(path)) as readonly KubeObject[],
    events: async () => (await list('events')) as readonly KubeEvent[],
  };
}

/** Asks again until there is an answer. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`waited for ${what} for ${String(timeoutMs / 1000)} s`);
    await delay(POLL_MS);
  }
}

function isApps(path: string): boolean {
  return /^(?:deployments|statefulsets|daemonsets|replicasets)/.test(path);
}
