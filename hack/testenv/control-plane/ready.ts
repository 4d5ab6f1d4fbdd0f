import type { ApiClient } from './api-client.ts';

const NODE_NAME = 'node-1';

/** Whether the API server answers that all its checks are good. */
export async function isServing(client: ApiClient): Promise<boolean> {
  return client.send('GET', '/readyz').then(
    (response) => response.status === 200,
    () => false,
  );
}

/** Makes the simulated node, and takes the Lease that the kwok of an earlier start holds on it. */
export async function createNode(client: ApiClient): Promise<void> {
  await client.send('DELETE', `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${NODE_NAME}`);
  const labels = { 'kubernetes.io/hostname': NODE_NAME, 'kubernetes.io/os': 'linux', type: 'kwok' };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE_NAME, labels } };
  const { status, text } = await client.send('POST', '/api/v1/nodes', node);
  if (status !== 201 && status !== 409) throw new Error(`the node could not be made: ${text}`);
}

/** Whether what the controllers make by themselves is there. */
export async function isFilled(client: ApiClient): Promise<boolean> {
  const account = await client.send('GET', '/api/v1/namespaces/default/serviceaccounts/default');
  if (account.status !== 200) return false;
  for (const role of ['admin', 'edit', 'view']) {
    const found = await client.send('GET', `/apis/rbac.authorization.k8s.io/v1/clusterroles/${role}`);
    const { rules } = found.json() as { rules?: readonly unknown[] | null };
    if (rules === null || rules === undefined || rules.length === 0) return false;
  }
  return true;
}

const PROBE = { namespace: 'kube-system', name: 'testenv-probe' };
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${PROBE.namespace}/deployments`;
const PODS = `/api/v1/namespaces/${PROBE.namespace}/pods?labelSelector=app%3D${PROBE.name}`;

/** Asks for a Deployment, which takes every part of the control plane to become Available. */
export async function createProbe(client: ApiClient): Promise<void> {
  const labels = { app: PROBE.name };
  const template = {
    metadata: { labels },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'probe', image: 'probe' }] },
  };
  const spec = { selector: { matchLabels: labels }, template };
  const { status, text } = await client.send('POST', DEPLOYMENTS, { metadata: { name: PROBE.name }, spec });
  if (status !== 201 && status !== 409) throw new Error(`the probe could not be made: ${text}`);
}

export async function isProbeAvailable(client: ApiClient): Promise<boolean> {
  const found = await client.send('GET', `${DEPLOYMENTS}/${PROBE.name}`);
  const { status } = found.json() as { status?: { availableReplicas?: number } };
  return status?.availableReplicas === 1;
}

export async function deleteProbe(client: ApiClient): Promise<void> {
  await client.send('DELETE', `${DEPLOYMENTS}/${PROBE.name}?propagationPolicy=Background`);
}

export async function isProbeGone(client: ApiClient): Promise<boolean> {
  const { items } = (await client.send('GET', PODS)).json() as { items: readonly unknown[] };
  return items.length === 0;
}
