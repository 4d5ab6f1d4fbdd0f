import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createApiClient } from './api-client.ts';
import type { ApiClient } from './api-client.ts';
import { apiServer, auditFlags, controllerManager, etcd, kwok, scheduler } from './components.ts';
import type { Programs } from './components.ts';
import { Crew } from './crew.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { loadMaterial } from './material.ts';
import type { Material } from './material.ts';
import { freePort } from './port.ts';
import {
  createNode,
  createProbe,
  deleteProbe,
  isFilled,
  isProbeAvailable,
  isProbeGone,
  isServing,
} from './ready.ts';
import { running, stop } from './stop.ts';

export interface ControlPlaneOptions {
  readonly programs: Programs;
  /** Folders or files with kwok stages. */
  readonly stages: readonly string[];
  /** Leave it running when the calling process ends. */
  readonly detached?: boolean;
  /** Have the API server write down every request in `AUDIT_LOG`. */
  readonly audit?: boolean;
  readonly timeoutMs?: number;
}

/** A running control plane; `kubeconfig` is the path of an admin's. */
export interface ControlPlane {
  readonly dir: string;
  readonly kubeconfig: string;
  readonly url: string;
  readonly caPem: string;
  readonly adminToken: string;
  readonly pids: Readonly<Record<string, number>>;
  readonly client: ApiClient;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 90_000;
const PORT_TRIES = 5;

/** Starts a control plane whose files all lie in `dir`; ready when the promise is. */
export async function start(dir: string, options: ControlPlaneOptions): Promise<ControlPlane> {
  mkdirSync(join(dir, 'logs'), { recursive: true, mode: 0o700 });
  const home = realpathSync(dir);
  if (running(home).length > 0) {
    throw new Error(`a control plane runs in ${dir} already: stop it first (npm run testenv -- stop ${dir})`);
  }
  try {
    return await startIn(home, options);
  } catch (error) {
    await stop(home);
    throw error;
  }
}

async function startIn(dir: string, options: ControlPlaneOptions): Promise<ControlPlane> {
  const { programs, timeoutMs = START_TIMEOUT_MS, audit = false } = options;
  const material = loadMaterial(dir);
  const crew = new Crew(dir, timeoutMs);
  if (options.detached !== true) process.once('exit', crew.kill);

  await crew.launch(etcd(programs));
  await crew.until('the start of etcd', () => accepts(join(dir, 'etcd.sock')));
  const { url, client } = await startServer(crew, programs, material, audit ? auditFlags(dir) : []);
  const kubeconfig = join(dir, 'kubeconfig');
  const access = { url, caPem: material.caPem, token: material.adminToken };
  writeFileSync(kubeconfig, kubeconfigText(access), { mode: 0o600 });

  const others = [controllerManager(programs, material), scheduler(programs), kwok(programs, options.stages)];
  await createNode(client);
  for (const spec of others) await crew.launch(spec);
  await createProbe(client);
  await crew.until('the work of kube-controller-manager', () => isFilled(client));
  await crew.until('a Deployment that becomes Available', () => isProbeAvailable(client));
  await deleteProbe(client);
  await crew.until('the end of that Deployment', () => isProbeGone(client));

  const close = async (): Promise<void> => {
    client.close();
    process.removeListener('exit', crew.kill);
    await stop(dir);
  };
  const { caPem, adminToken } = material;
  return { dir, kubeconfig, url, caPem, adminToken, pids: crew.pids(), client, stop: close };
}

/** The API server on a port of the kernel's choice; on another one if somebody took it in between. */
async function startServer(
  crew: Crew,
  programs: Programs,
  material: Material,
  flags: readonly string[],
): Promise<{ url: string; client: ApiClient }> {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort(tries === 1 ? crew.lastPort : 0);
    const url = `https://127.0.0.1:${port}`;
    const client = createApiClient({ url, caPem: material.caPem, token: material.adminToken });
    const server = await crew.launch(apiServer(programs, material, port, flags), port);
    try {
      await crew.until('the start of kube-apiserver', () => isServing(client));
      return { url, client };
    } catch (error) {
      client.close();
      if (tries === PORT_TRIES || server.failure()?.includes('address already in use') !== true) throw error;
      crew.forget(server);
    }
  }
}

async function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('error', () => {
      resolve(false);
    });
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
  });
}
