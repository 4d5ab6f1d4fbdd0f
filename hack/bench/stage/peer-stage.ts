import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tool } from '../../testenv/testenv.ts';
import { createMeter, type Meter } from '../measure/meter.ts';
import type { PeerOptions } from '../options.ts';
import type { Row } from '../report/run.ts';
import { createFleet, type Fleet } from '../workload/fleet.ts';
import { NAMESPACE } from '../workload/releases.ts';
import { fillIn, fillInObject, type Manifest } from '../workload/template.ts';
import { startWatch } from '../workload/watch.ts';
import { type SourceKind, startChartHost } from './chart-host.ts';
import { attachToPlane, type Plane } from './plane.ts';

/** A controller that somebody else has running, on a control plane that is theirs too. */
export interface PeerStage extends AsyncDisposable {
  readonly fleet: Fleet;
  readonly meter: Meter;
  /** The object for a name, with the CPU request that the chart is given. */
  readonly manifest: (name: string, cpu: string) => Manifest;
}

export interface PeerStageOptions {
  readonly peer: PeerOptions;
  readonly source: SourceKind;
  readonly timeoutMs: number;
  readonly onRow: (row: Row) => void;
}

const run = promisify(execFile);

export async function openPeerStage(o: PeerStageOptions): Promise<PeerStage> {
  const { peer } = o;
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'bench-'));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const plane = stack.use(await attachToPlane(peer.plane));
  const host = stack.use(await startChartHost(o.source, dir));
  const template = await readFile(peer.manifest, 'utf8');
  const words = { NAMESPACE, CHART_URL: host.url };

  const namespace = { metadata: { name: NAMESPACE } };
  await plane.client.send('POST', '/api/v1/namespaces', namespace); // it may be there
  if (peer.setup !== undefined) {
    const path = join(dir, 'setup.yaml');
    await writeFile(path, fillIn(await readFile(peer.setup, 'utf8'), words));
    await run(await tool('kubectl'), [
      `--kubeconfig=${plane.kubeconfig}`,
      'apply',
      '--server-side',
      '-f',
      path,
    ]);
  }
  const collection = await collectionOf(plane, peer);
  const watch = stack.use(await startWatch(plane, plane.client, collection));
  const meter = createMeter(
    {
      pids: () => peer.pids,
      metricsUrl: () => undefined,
      apiServer: plane.pids['kube-apiserver'],
      etcd: plane.pids['etcd'],
      audit: plane.audit,
    },
    o.onRow,
  );
  const fleet = createFleet(plane.client, collection, watch, o.timeoutMs);
  const all = stack.move();
  return {
    fleet,
    meter,
    manifest: (name, cpu) => fillInObject(template, { ...words, NAME: name, CPU: cpu }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** The path of all objects of the kind in our namespace. */
async function collectionOf({ client }: Plane, { groupVersion, kind }: PeerOptions): Promise<string> {
  const answer = await client.send('GET', `/apis/${groupVersion}`);
  const { resources = [] } = answer.json() as { resources?: readonly { name: string; kind: string }[] };
  const found = resources.find((each) => each.kind === kind && !each.name.includes('/'));
  if (found === undefined) throw new Error(`the API server knows no ${kind} in ${groupVersion}`);
  return `/apis/${groupVersion}/namespaces/${NAMESPACE}/${found.name}`;
}
