import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../hack/testenv/control-plane/port.ts';
import { tool } from '../../hack/testenv/testenv.ts';
import { eventually } from '../support/eventually.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus that scrapes one target every second. */
export interface Prometheus extends AsyncDisposable {
  /** What an instant query answers. */
  readonly query: (expression: string) => Promise<readonly Sample[]>;
}

interface Answer {
  readonly data: { readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] };
}

export async function startPrometheus(targetPort: number): Promise<Prometheus> {
  const dir = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const config = join(dir, 'prometheus.yml');
  // JSON is YAML.
  const job = { job_name: 'operator', static_configs: [{ targets: [`127.0.0.1:${String(targetPort)}`] }] };
  await writeFile(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [job] }));
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
  const query = async (expression: string): Promise<readonly Sample[]> => {
    const response = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`);
    if (!response.ok) throw new Error(`Prometheus: ${String(response.status)} ${await response.text()}`);
    const { data } = (await response.json()) as Answer;
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
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
  return { query, [Symbol.asyncDispose]: stop };
}
