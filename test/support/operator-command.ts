import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { OperatorSettings } from './operator-process.ts';

/** How a command of the operator ended, and what it said. */
export interface CommandResult {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Runs the operator's program with flags that make it do one thing and end. */
export async function runCommand({
  kubeconfig,
  helm,
  flags = [],
}: Pick<OperatorSettings, 'kubeconfig' | 'helm' | 'flags'>): Promise<CommandResult> {
  const workDir = await mkdtemp(join(tmpdir(), 'command-'));
  try {
    const given = [`--kubeconfig=${kubeconfig}`, `--helm-binary=${helm}`, `--work-dir=${workDir}`, ...flags];
    const { exitCode, stdout, stderr } = await execa(process.execPath, [MAIN, ...given], {
      env: { PATH: process.env['PATH'], HOME: workDir },
      extendEnv: false,
      reject: false,
    });
    return { status: exitCode, stdout, stderr };
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}
