import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificates } from './certificates.ts';
import type { Cluster } from './cluster.ts';

export interface Kubelet extends AsyncDisposable {
  /** What is asked for: `namespace/pod/container` with the query. */
  readonly asked: readonly string[];
}

/** Pods here are simulated and write nothing: this answers for the one node when somebody asks for their logs. */
export async function startKubelet(
  cluster: Cluster,
  logOf: (namespace: string, pod: string, container: string) => string,
): Promise<Kubelet> {
  const dir = await mkdtemp(join(tmpdir(), 'kubelet-'));
  const { certificate: cert, key } = await createCertificates(dir);
  const asked: string[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'https://kubelet');
    const [, what, namespace = '', pod = '', container = ''] = pathname.split('/');
    asked.push(`${namespace}/${pod}/${container}${search}`);
    response.statusCode = what === 'containerLogs' ? 200 : 404;
    response.end(what === 'containerLogs' ? logOf(namespace, pod, container) : '');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  await cluster.kubectl(
    ...['patch', 'node', 'node-1', '--subresource=status', '--type=merge'],
    ...['-p', JSON.stringify({ status })],
  );
  return {
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true });
    },
  };
}
