/**
 * Runs as a process of its own, to be killed: opens a work directory under the folder it is given, starts one child with
 * the script and as much standard input as it is given, and prints the path of the directory.
 */
import { createRun } from '../../../src/process/run.ts';
import { openWorkDir } from '../../../src/process/work-dir.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';

const [base = '', script = '', inputBytes] = process.argv.slice(2);
const workDir = await openWorkDir(base, { log: silentLogger });
const run = createRun({ owner: workDir.path });
const child = run('sh', ['-c', script], {
  env: { PATH: '/usr/bin:/bin' },
  cwd: workDir.path,
  timeoutMs: 60_000,
  signal: new AbortController().signal,
  ...(inputBytes === undefined ? {} : { input: Buffer.alloc(Number(inputBytes), 'x') }),
});
process.stdout.write(`${workDir.path}\n`);
await child;
