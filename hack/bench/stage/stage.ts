import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tool } from '../../testenv/testenv.ts';
import { createMeter, type Meter } from '../measure/meter.ts';
import type { Row } from '../report/run.ts';
import { createFleet, expectDone, type Fleet } from '../workload/fleet.ts';
import { NAMESPACE } from '../workload/releases.ts';
import { startWatch } from '../workload/watch.ts';
import { type ChartHost, type SourceKind, startChartHost } from './chart-host.ts';
import { createOperator, type Operator } from './operator.ts';
import { type Plane, startPlane } from './plane.ts';

const ROOT = join(import.meta.dirname, '../../..');
const COLLECTION = `/apis/helm.fluxcd.io/v1/namespaces/${NAMESPACE}/helmreleases`;
const run = promisify(execFile);

export interface StageOptions {
  readonly source: SourceKind;
  readonly helm: 'helm' | 'helm3';
  readonly slots: number;
  readonly cores: string | undefined;
  readonly profiles: string | undefined;
  readonly timeoutMs: number;
  /** The folder of a bundle, as the operator is shipped; without one it runs from its sources. */
  readonly bundle: string | undefined;
  readonly onRow: (row: Row) => void;
}

/** Everything that a scenario works with, all of it fresh: control plane, chart source, operator (not yet started). */
export interface Stage extends AsyncDisposable {
  readonly dir: string;
  readonly plane: Plane;
  readonly source: SourceKind;
  readonly host: ChartHost;
  readonly operator: Operator;
  readonly fleet: Fleet;
  readonly meter: Meter;
  readonly helm: string;
  /** How many helm processes there may be at a time, in each pool of the operator. */
  readonly slots: number;
  /** Has a process measured as the operator is, its children with it, on the same cores, until the end of what is returned. */
  readonly measureToo: (pid: number) => Promise<Disposable>;
  readonly kubectl: (args: readonly string[]) => Promise<string>;
}

export async function openStage(options: StageOptions): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'bench-'));
  const forget = (): void => {
    rmSync(dir, { recursive: true, force: true });
  };
  process.once('exit', forget);
  stack.defer(async () => {
    process.removeListener('exit', forget);
    await rm(dir, { recursive: true, force: true });
  });

  const plane = stack.use(await startPlane(join(dir, 'plane')));
  await pin(options.cores, Object.values(plane.pids));
  const host = stack.use(await startChartHost(options.source, join(dir, 'host')));
  const kubectl = kubectlFor(await tool('kubectl'), plane.kubeconfig, dir);
  await kubectl(['apply', '--server-side', '-f', join(ROOT, 'crds/helmrelease.yaml')]);
  await kubectl(['create', 'namespace', NAMESPACE]);
  await untilServed(plane);

  const helm = await tool(options.helm);
  const operator = stack.use(
    createOperator({
      ...{ dir, helm, kubeconfig: plane.kubeconfig, program: await programIn(dir, options.bundle) },
      ...{ slots: options.slots, cores: options.cores, profiles: options.profiles },
    }),
  );
  const watch = stack.use(await startWatch(plane, plane.client, COLLECTION));
  const measured = new Set<number>();
  const meter = createMeter(
    {
      pids: () => [...(operator.pid === undefined ? [] : [operator.pid]), ...measured],
      metricsUrl: () => (operator.url === undefined ? undefined : `${operator.url}/metrics`),
      apiServer: plane.pids['kube-apiserver'],
      etcd: plane.pids['etcd'],
      audit: plane.audit,
    },
    options.onRow,
  );
  const fleet = createFleet(plane.client, COLLECTION, watch, options.timeoutMs);
  const measureToo: Stage['measureToo'] = async (pid) => {
    await pin(options.cores, [pid]);
    measured.add(pid);
    return { [Symbol.dispose]: () => measured.delete(pid) };
  };
  const all = stack.move();
  return {
    ...{ dir, plane, host, operator, fleet, meter, measureToo, helm, kubectl },
    ...{ source: options.source, slots: options.slots },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** A copy of what was built: somebody may build anew while we run, and an operator is started more than once. */
async function programIn(dir: string, bundle: string | undefined): Promise<string> {
  if (bundle === undefined) return join(ROOT, 'src/main.ts');
  if (!existsSync(join(bundle, 'main.mjs')))
    throw new Error(`there is no ${join(bundle, 'main.mjs')}: npm run bundle`);
  await cp(bundle, join(dir, 'dist'), { recursive: true });
  return join(dir, 'dist/main.mjs');
}

/** All threads that there are, and with them all that they start. */
async function pin(cores: string | undefined, pids: readonly number[]): Promise<void> {
  if (cores === undefined) return;
  for (const pid of pids) await run('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)]);
}

function kubectlFor(kubectl: string, kubeconfig: string, dir: string): Stage['kubectl'] {
  const own = [`--kubeconfig=${kubeconfig}`, `--cache-dir=${join(dir, 'kubectl-cache')}`];
  return async (args) => (await run(kubectl, [...own, ...args], { maxBuffer: 1e9 })).stdout;
}

async function untilServed({ client }: Plane): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const answer = await client.send('GET', COLLECTION);
    if (answer.status === 200) return;
    if (tries === 200) expectDone(answer, 'the API server');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
