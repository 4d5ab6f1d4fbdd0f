import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';
import { childrenOf, signalAll } from './operator-children.ts';

export interface OperatorSettings {
  readonly kubeconfig: string;
  readonly helm: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Kept over a restart; made and deleted by the operator's owner when absent. */
  readonly workDir?: string;
}

/** The whole operator as its own process, as a person would run it. */
export interface OperatorProcess {
  readonly pid: number;
  readonly port: number;
  readonly log: () => string;
  /** The value of a series in /metrics, summed over those whose labels match. */
  readonly metric: (name: string, labels?: Readonly<Record<string, string>>) => Promise<number>;
  readonly get: (path: string) => Promise<{ status: number; body: string }>;
  readonly post: (path: string) => Promise<number>;
  /** The exit code, or the signal that ended it; undefined while it runs. */
  readonly ended: () => number | string | undefined;
  /** SIGTERM; gives the exit code. */
  readonly stop: () => Promise<number | null>;
  /** SIGKILL: no time for anything. Its children live on, unless its work directory goes with it. */
  readonly kill: () => Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export async function startOperator(settings: OperatorSettings): Promise<OperatorProcess> {
  const own = settings.workDir === undefined;
  const workDir = settings.workDir ?? (await mkdtemp(join(tmpdir(), 'operator-')));
  const child = spawn(
    process.execPath,
    [
      MAIN,
      `--kubeconfig=${settings.kubeconfig}`,
      `--helm-binary=${settings.helm}`,
      `--work-dir=${workDir}`,
      '--listen=127.0.0.1:0',
      '--log-format=json',
      ...(settings.flags ?? []),
    ],
    { env: { PATH: process.env['PATH'], HOME: workDir, ...settings.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = once(child, 'exit');
  const clean = async (): Promise<void> => {
    if (own) await rm(workDir, { recursive: true, force: true });
  };
  try {
    const port = await eventually(() => portFrom(child, output));
    const base = `http://127.0.0.1:${String(port)}`;
    await eventually(async () => {
      assertRunning(child, output);
      const { status, body } = await get(`${base}/readyz`);
      if (status !== 200) throw new Error(`the operator is not ready: ${body}\n${output.slice(-2_000)}`);
    });
    return {
      pid: child.pid ?? 0,
      port,
      log: () => output,
      get: (path) => get(base + path),
      post: async (path) => (await fetch(base + path, { method: 'POST' })).status,
      metric: async (name, labels = {}) => sumOf((await get(`${base}/metrics`)).body, name, labels),
      ended: () => child.exitCode ?? child.signalCode ?? undefined,
      stop: async () => {
        child.kill('SIGTERM');
        await ended;
        await clean();
        return child.exitCode;
      },
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
        if (own) await endChildren(workDir);
        await clean();
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    await clean();
    throw error;
  }
}

/** What still writes into a folder keeps it from being deleted. */
async function endChildren(workDir: string): Promise<void> {
  await eventually(() => {
    const left = childrenOf(workDir);
    signalAll(left, 'SIGKILL');
    if (left.length > 0) throw new Error(`${String(left.length)} children of a killed operator do not end`);
  });
}

function portFrom(child: ChildProcess, output: string): number {
  assertRunning(child, output);
  const port = /"listening".*?"port":(\d+)/.exec(output)?.[1];
  if (port === undefined) throw new Error(`the operator does not listen:\n${output}`);
  return Number(port);
}

function assertRunning(child: ChildProcess, output: string): void {
  if (child.exitCode !== null || child.signalCode !== null) {
    throw new Error(`the operator ended (${String(child.exitCode ?? child.signalCode)}):\n${output}`);
  }
}

async function get(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.text() };
}

/** Sums the samples of a metric in Prometheus' text format. */
function sumOf(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  // A name that is none would count as zero, which is just what many tests hope for.
  const families = [name, name.replace(/_(?:count|sum|bucket)$/, '')];
  if (!families.some((family) => text.includes(`# TYPE ${family} `)))
    throw new Error(`there is no metric ${name}`);
  let sum = 0;
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match?.[1] !== name) continue;
    const given = match[2] ?? '';
    const fits = Object.entries(labels).every(([label, value]) => given.includes(`${label}="${value}"`));
    if (fits) sum += Number(match[3]);
  }
  return sum;
}
