import { join } from 'node:path';
import { prepareEnvironment } from '../../../src/helm/environment.ts';
import type { RunResult } from '../../../src/process/run.ts';
import { createSupervisor } from '../../../src/process/supervisor/supervisor.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import type { Stage } from './stage.ts';

/** helm in the operator's environment, started as the operator starts it: by a process that can be measured alone. */
export interface BareHelm extends AsyncDisposable {
  readonly pid: number;
  /** Rejects with what helm says if it fails. */
  readonly run: (args: readonly string[], input?: string) => Promise<void>;
}

const TIMEOUT_MS = 300_000;

export async function openBareHelm({ dir, helm, plane }: Stage): Promise<BareHelm> {
  const { variables } = await prepareEnvironment({ home: join(dir, 'bare') });
  const supervisor = createSupervisor({ owner: dir, log: silentLogger });
  const options = {
    env: { ...variables, KUBECONFIG: plane.kubeconfig, TMPDIR: dir },
    cwd: dir,
    timeoutMs: TIMEOUT_MS,
    signal: new AbortController().signal,
  };
  const { stdout } = succeeded(await supervisor.run('sh', ['-c', 'echo $PPID'], options));
  return {
    pid: Number(stdout),
    run: async (args, input = '') => {
      succeeded(await supervisor.run(helm, args, { ...options, input }));
    },
    [Symbol.asyncDispose]: () => supervisor.close(),
  };
}

function succeeded(result: RunResult): Extract<RunResult, { kind: 'done' }> {
  if (result.kind === 'done') return result;
  throw new Error(result.kind === 'failed' && result.stderr !== '' ? result.stderr : result.why);
}
