import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFaultProxy, type FaultProxy } from '../../../hack/testenv/fault-proxy.ts';
import { startControlPlane, type ControlPlane } from '../../../hack/testenv/testenv.ts';
import { loadConnection } from '../../../src/kube/connection.ts';
import { createTransport, type Transport, type TransportOptions } from '../../../src/kube/transport.ts';
import { systemClock, systemRandom } from '../../../src/telemetry/clock.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';

/** A control plane, and a proxy in front of it that can be told to harm. */
export interface Cluster {
  readonly dir: string;
  readonly plane: ControlPlane;
  readonly proxy: FaultProxy;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const dir = await mkdtemp(join(tmpdir(), 'kube-test-'));
  const owner = new AsyncDisposableStack();
  owner.defer(() => rm(dir, { recursive: true }));
  try {
    const plane = await startControlPlane(join(dir, 'plane'));
    owner.defer(() => plane.stop());
    const proxy = await startFaultProxy(dir, plane);
    owner.defer(() => proxy.close());
    return { dir, plane, proxy, stop: () => owner.disposeAsync() };
  } catch (error) {
    await owner.disposeAsync();
    throw error;
  }
}

export function open(kubeconfig: string, more: Partial<TransportOptions> = {}): Transport {
  return createTransport(loadConnection({ kubeconfig, env: {} }), {
    log: silentLogger,
    clock: systemClock,
    random: systemRandom,
    version: 'test',
    ...more,
  });
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

const ESTABLISHED = '01';

/** How many connections to this port of ours are open, as the kernel counts them. */
export async function connectionsTo(url: string): Promise<number> {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0');
  const table = await readFile('/proc/net/tcp', 'utf8');
  return table.split('\n').filter((line) => {
    const [, , remote = '', state] = line.trim().split(/\s+/);
    return remote.endsWith(`:${port}`) && state === ESTABLISHED;
  }).length;
}

/** Waits for what another process or the network does in its own time; fails with what was still wrong. */
export async function eventually(check: () => Promise<void> | void, withinMs = 15_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
