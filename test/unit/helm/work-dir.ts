import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkDir, type WorkDir } from '../../../src/process/work-dir.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';

/** A work directory for one test; closing deletes all of it. */
export async function temporaryWorkDir(): Promise<WorkDir> {
  const base = await mkdtemp(join(tmpdir(), 'helm-test-'));
  const workDir = await openWorkDir(base, { log: silentLogger });
  return { ...workDir, close: () => rm(base, { recursive: true, force: true }) };
}
