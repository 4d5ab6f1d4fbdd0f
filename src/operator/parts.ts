import type { Charts } from '../charts/charts.ts';
import type { Git } from '../git/git.ts';
import type { Helm } from '../helm/helm.ts';
import type { Slots } from '../helm/slots.ts';
import type { Storage } from '../helm/storage/storage.ts';
import { createSupervisor } from '../process/supervisor/supervisor.ts';
import type { Run } from '../process/run.ts';
import { openWorkDir, type WorkDir } from '../process/work-dir.ts';
import type { FetchExternal } from '../values/external.ts';
import { openCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import type { Environment } from './environment.ts';
import { openHelm } from './helm.ts';
import { openSources } from './sources.ts';

/** What the operator works with, and what tells of its plans: the cluster, helm, and where charts and values come from. */
export interface Parts extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly helm: Helm;
  readonly slots: Slots;
  readonly storage: Storage;
  readonly charts: Charts;
  readonly fetchExternal: FetchExternal;
  readonly git: Git;
  readonly run: Run;
  readonly workDir: WorkDir;
}

export interface PartsOptions {
  /** Parent of the work directory. */
  readonly workDir: string;
  readonly signal: AbortSignal;
}

/** Disposing ends them in the reverse order. */
export async function openParts(
  environment: Environment,
  { workDir: base, signal }: PartsOptions,
): Promise<Parts> {
  await using stack = new AsyncDisposableStack();
  // Whatever a dead predecessor left running has ended when this returns: no pass may meet its helm.
  const workDir = await openWorkDir(base, { log: environment.log, signal });
  stack.defer(() => workDir.close());
  const supervisor = createSupervisor({ owner: workDir.path, log: environment.log });
  stack.defer(() => supervisor.close());
  const { run } = supervisor;
  const cluster = openCluster(environment);
  stack.defer(() => {
    cluster.transport.close();
  });
  const { helm, slots, storage } = await openHelm({ run, workDir, cluster, signal }, environment);
  const { charts, git, fetchExternal, close } = await openSources({ run, workDir, helm, slots }, environment);
  stack.defer(close);
  const open = stack.move();
  return {
    cluster,
    helm,
    slots,
    storage,
    charts,
    fetchExternal,
    ...{ git, run, workDir },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
