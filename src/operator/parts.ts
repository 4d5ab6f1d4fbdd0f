import type { Charts } from '../charts/charts.ts';
import type { Git } from '../git/git.ts';
import type { Slots } from '../helm/slots.ts';
import { createSupervisor } from '../process/supervisor/supervisor.ts';
import type { Supervisor } from '../process/supervisor/supervisor.ts';
import type { Run } from '../process/run.ts';
import { openWorkDir, type WorkDir } from '../process/work-dir.ts';
import type { FetchExternal } from '../values/external.ts';
import { clusterAs } from './access.ts';
import { openCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import type { Environment } from './environment.ts';
import { openHelm } from './helm.ts';
import type { Leadership } from './leadership.ts';
import type { HelmAs } from './helm.ts';
import { openSources, type Sources } from './sources.ts';

/** What the operator works with, and what tells of its plans: the cluster, helm, and where charts and values come from. */
export interface Parts extends AsyncDisposable, HelmAs {
  readonly cluster: Cluster;
  /** The cluster and helm by the rights of an account; undefined for those of the operator. */
  readonly as: (account: string | undefined) => HelmAs & Pick<Parts, 'cluster'>;
  readonly slots: Slots;
  readonly charts: Charts;
  readonly fetchExternal: FetchExternal;
  readonly outside: Sources['outside'];
  readonly git: Git;
  readonly run: Run;
  readonly workDir: WorkDir;
  readonly holdUntil: Supervisor['holdUntil'];
}

export interface PartsOptions {
  /** Parent of the work directory. */
  readonly workDir: string;
  readonly signal: AbortSignal;
  /** Without it nothing is asked before writes, and helm has the operator's own credentials. */
  readonly leadership?: Pick<Leadership, 'fence' | 'token'>;
}

/** Disposing ends them in the reverse order. */
export async function openParts(
  environment: Environment,
  { workDir: base, signal, leadership }: PartsOptions,
): Promise<Parts> {
  await using stack = new AsyncDisposableStack();
  // Whatever a dead predecessor left running has ended when this returns: no pass may meet its helm.
  const log = environment.log.child({ component: 'process' });
  const workDir = await openWorkDir(base, { log, signal });
  stack.defer(() => workDir.close());
  const supervisor = createSupervisor({ owner: workDir.path, log });
  stack.defer(() => supervisor.close());
  const { run, holdUntil } = supervisor;
  const cluster = openCluster(environment, leadership);
  stack.defer(() => {
    cluster.transport.close();
  });
  const { slots, helmAs } = await openHelm(
    { run, workDir, cluster, signal, token: () => leadership?.token() },
    environment,
  );
  const as: Parts['as'] = (account) => {
    const seen = clusterAs(cluster, account);
    return { cluster: seen, ...helmAs(seen) };
  };
  const { helm, storage } = as(undefined);
  const sources = await openSources({ run, workDir, helm, slots }, environment);
  const { charts, git, fetchExternal, outside, close } = sources;
  stack.defer(close);
  const open = stack.move();
  return {
    cluster,
    ...{ as, helm, storage },
    slots,
    charts,
    fetchExternal,
    outside,
    ...{ git, run, workDir, holdUntil },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
