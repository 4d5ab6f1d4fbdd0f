/**
 * `npm run dashboards:pictures [-- --from FILE]`: draws the dashboards of the chart with what they show of a real run: that
 * of test/e2e/metrics.test.ts, or one that was recorded there.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from '../../lint/command.ts';
import type { PanelAnswer } from '../answers.ts';
import type { ShownDashboard } from '../shown.ts';
import { drawPicture } from './picture.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const NOTE = 'drawn from the dashboard and a real run; not a screenshot of Grafana';

const { values } = parseArgs({ options: { from: { type: 'string' } } });
const dir = await mkdtemp(join(tmpdir(), 'dashboards-'));
try {
  const recorded = JSON.parse(await readFile(values.from ?? (await record(dir)), 'utf8')) as Record<
    string,
    readonly PanelAnswer[]
  >;
  await mkdir(join(ROOT, 'docs/dashboards'), { recursive: true });
  for (const [name, answers] of Object.entries(recorded)) {
    const file = join(ROOT, 'charts/helm-release-operator/dashboards', `${name}.json`);
    const dashboard = JSON.parse(await readFile(file, 'utf8')) as ShownDashboard;
    await writeFile(join(ROOT, `docs/dashboards/${name}.svg`), drawPicture(dashboard, answers, NOTE));
    console.log(`wrote docs/dashboards/${name}.svg`);
  }
} finally {
  await rm(dir, { recursive: true });
}

async function record(folder: string): Promise<string> {
  const file = join(folder, 'recorded.json');
  process.env['DASHBOARDS_RECORD'] = file;
  console.log('recording a run of test/e2e/metrics.test.ts');
  const { ok, output } = await runCommand('mocha', ['test/e2e/metrics.test.ts'], { output: 'keep' });
  if (!ok) throw new Error(`the run failed:\n${output}`);
  return file;
}
