import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample, Series } from '../../hack/dashboards/answers.ts';
import { freePort } from '../../hack/testenv/control-plane/port.ts';
import { tool } from '../../hack/testenv/testenv.ts';
import { eventually } from '../support/eventually.ts';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  /** `pending`: true, but not yet for as long as the rule asks. */
  readonly state: 'pending' | 'firing';
}

/** A real Prometheus that scrapes one target, and looks at the rules, every second or as often as it is told. */
export interface Prometheus extends AsyncDisposable {
  /** What an instant query answers. */
  readonly query: (expression: string) => Promise<readonly Sample[]>;
  /** What a query answered at each second of the last ones. */
  readonly range: (expression: string, seconds: number) => Promise<readonly Series[]>;
  readonly alerts: () => Promise<readonly Alert[]>;
}

interface QueryAnswer {
  readonly data: { readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] };
}

interface RangeAnswer {
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; values: readonly [number, string][] }[];
  };
}

interface AlertsAnswer {
  readonly data: { readonly alerts: readonly Alert[] };
}

export async function startPrometheus(
  targetPort: number,
  rules: readonly AlertRule[] = [],
  interval = '1s',
): Promise<Prometheus> {
  const dir = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const config = join(dir, 'prometheus.yml');
  // JSON is YAML.
  const job = { job_name: 'operator', static_configs: [{ targets: [`127.0.0.1:${String(targetPort)}`] }] };
  const ruleFile = join(dir, 'rules.yml');
  const global = { scrape_interval: interval, evaluation_interval: interval };
  await writeFile(config, JSON.stringify({ global, rule_files: [ruleFile], scrape_configs: [job] }));
  await writeFile(ruleFile, JSON.stringify({ groups: [{ name: 'operator', rules }] }));
  const address = `127.0.0.1:${String(await freePort())}`;
  const child = spawn(
    await tool('prometheus'),
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = once(child, 'exit');
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(dir, { recursive: true, force: true });
  };
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    if (!response.ok) throw new Error(`Prometheus: ${String(response.status)} ${await response.text()}`);
    return await response.json();
  };
  const query = async (expression: string): Promise<readonly Sample[]> => {
    const { data } = (await ask(`query?query=${encodeURIComponent(expression)}`)) as QueryAnswer;
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  };
  const range: Prometheus['range'] = async (expression, seconds) => {
    const end = Math.floor(Date.now() / 1000);
    const during = `start=${String(end - seconds)}&end=${String(end)}&step=1`;
    const path = `query_range?query=${encodeURIComponent(expression)}&${during}`;
    const { data } = (await ask(path)) as RangeAnswer;
    return data.result.map(({ metric, values }) => ({
      labels: metric,
      points: values.map(([at, value]) => [at, Number(value)] as const),
    }));
  };
  try {
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${complaints}`);
      const [up] = await query('up');
      if (up?.value !== 1) throw new Error('Prometheus has not scraped the operator');
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    query,
    range,
    alerts: async () => ((await ask('alerts')) as AlertsAnswer).data.alerts,
    [Symbol.asyncDispose]: stop,
  };
}
