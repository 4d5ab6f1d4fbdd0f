import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startGitServer } from '../testenv/git-server.ts';
import { startControlPlane, tool } from '../testenv/testenv.ts';
import { readExposition } from './exposition.ts';
import { readUsage } from './usage.ts';
import { chartFiles, kubectlIn, manifests } from './workload.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

/** One phase of a run: what it took, as differences between its beginning and its end. */
interface Row {
  readonly phase: string;
  readonly seconds: number;
  readonly operatorCpuSeconds: number;
  readonly helmCpuSeconds: number;
  readonly helmProcesses: number;
  readonly reads: number;
  readonly writes: number;
  readonly residentMegabytes: number;
}

const { values } = parseArgs({
  options: { n: { type: 'string', default: '100' }, idle: { type: 'string', default: '60' } },
});
const count = Number(values.n);
const idleSeconds = Number(values.idle);

const dir = await mkdtemp(join(tmpdir(), 'bench-'));
const plane = await startControlPlane(join(dir, 'plane'));
const git = await startGitServer({ dir: join(dir, 'git') });
try {
  await git.createRepo('charts');
  await git.commit('charts', await chartFiles(0));
  const kubectl = kubectlIn(await tool('kubectl'), plane.kubeconfig);
  await kubectl(['apply', '--server-side', '-f', join(ROOT, 'crds/helmrelease.yaml')]);
  await kubectl(['create', 'namespace', 'bench']);
  const port = 39_000 + (process.pid % 900);
  const operator = spawn(
    process.execPath,
    [
      join(ROOT, 'dist/main.mjs'),
      `--kubeconfig=${plane.kubeconfig}`,
      `--helm-binary=${await tool('helm')}`,
      `--work-dir=${join(dir, 'work')}`,
      `--listen=127.0.0.1:${String(port)}`,
      '--workers=4',
      '--git-default-ref=main',
      '--git-poll-interval=1h',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { PATH: process.env['PATH'], HOME: dir } },
  );
  const metrics = readExposition(`http://127.0.0.1:${String(port)}/metrics`);
  await metrics.reachable();
  const rows: Row[] = [];

  const measure = async (phase: string, work: () => Promise<void>): Promise<void> => {
    const begun = performance.now();
    const before = { usage: await readUsage(operator.pid ?? 0), counts: await metrics.counts() };
    await work();
    const after = { usage: await readUsage(operator.pid ?? 0), counts: await metrics.counts() };
    rows.push({
      phase,
      seconds: (performance.now() - begun) / 1000,
      operatorCpuSeconds: after.usage.ownSeconds - before.usage.ownSeconds,
      helmCpuSeconds: after.usage.childSeconds - before.usage.childSeconds,
      helmProcesses: after.counts.helm - before.counts.helm,
      reads: after.counts.reads - before.counts.reads,
      writes: after.counts.writes - before.counts.writes,
      residentMegabytes: after.usage.residentBytes / 1e6,
    });
  };

  await measure('start', () => sleep(2_000));
  await measure(`install ${String(count)}`, async () => {
    await kubectl(['apply', '-f', '-'], manifests(count, git.repoUrl('charts'), 'hello'));
    await metrics.untilReady(count, 1);
  });
  await sleep(2_000);
  await measure(`idle ${String(idleSeconds)} s`, () => sleep(idleSeconds * 1000));
  await measure(`upgrade ${String(count)}`, async () => {
    await kubectl(['apply', '-f', '-'], manifests(count, git.repoUrl('charts'), 'changed'));
    await metrics.untilReady(count, 2);
  });
  operator.kill('SIGTERM');
  const rounded = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'number' ? Math.round(value * 100) / 100 : (value as string),
      ]),
    ),
  );
  process.stdout.write(`${JSON.stringify({ count, gitFetches: git.requests().fetch, rows: rounded })}\n`);
  console.table(rounded);
} finally {
  await git.stop();
  await plane.stop();
  await rm(dir, { recursive: true, force: true });
}
