/**
 * Runs as a process of its own, to be killed: opens a work directory under the folder it is given, starts one child with
 * the script it is given and prints both paths.
 */
import { createRun } from '../../../src/process/run.ts';
import { openWorkDir } from '../../../src/process/work-dir.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';

const [base = '', script = ''] = process.argv.slice(2);
const workDir = await openWorkDir(base, { log: silentLogger });
const run = createRun({ owner: workDir.path });
const child = run('sh', ['-c', script], {
  env: { PATH: '/usr/bin:/bin' },
  cwd: workDir.path,
  timeoutMs: 60_000,
  signal: new AbortController().signal,
});
process.stdout.write(`${workDir.path}\n`);
await child;
