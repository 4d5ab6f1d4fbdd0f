import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '../../testenv/control-plane/api-client.ts';
import { AUDIT_LOG } from '../../testenv/control-plane/components.ts';
import { loadMaterial } from '../../testenv/control-plane/material.ts';
import { readState } from '../../testenv/control-plane/state.ts';
import { startControlPlane } from '../../testenv/testenv.ts';
import { type AuditLog, readAuditLog } from '../measure/audit-log.ts';

/** The control plane that a run happens on. */
export interface Plane extends AsyncDisposable {
  readonly kubeconfig: string;
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  readonly client: ApiClient;
  readonly pids: Readonly<Record<string, number>>;
  /** Absent where somebody started it without. */
  readonly audit: AuditLog | undefined;
}

/** A fresh one, gone with the run. */
export async function startPlane(dir: string): Promise<Plane> {
  const plane = await startControlPlane(dir, { audit: true });
  const { kubeconfig, url, caPem, client, pids } = plane;
  return {
    ...{ kubeconfig, url, caPem, client, pids, token: plane.adminToken },
    audit: auditOf(plane.dir, client),
    [Symbol.asyncDispose]: () => plane.stop(),
  };
}

/** One that somebody started by `npm run testenv -- start DIR`, with a controller of their own on it. */
export async function attachToPlane(dir: string): Promise<Plane> {
  const home = await realpath(dir);
  const { port, processes } = readState(home);
  if (port === undefined) throw new Error(`no control plane was started in ${dir}`);
  const { caPem, adminToken: token } = loadMaterial(home);
  const url = `https://127.0.0.1:${String(port)}`;
  const client = createApiClient({ url, caPem, token });
  return {
    kubeconfig: join(home, 'kubeconfig'),
    ...{ url, caPem, token, client, audit: auditOf(home, client) },
    pids: Object.fromEntries(processes.map(({ name, pid }) => [name, pid])),
    [Symbol.asyncDispose]: () => {
      client.close();
      return Promise.resolve();
    },
  };
}

function auditOf(dir: string, client: ApiClient): AuditLog | undefined {
  const path = join(dir, AUDIT_LOG);
  return existsSync(path) ? readAuditLog(path, (url) => client.send('GET', url)) : undefined;
}
