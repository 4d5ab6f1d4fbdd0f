import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, tool, type ControlPlane } from '../../../hack/testenv/testenv.ts';

export interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A control plane of our own, with kubectl as a person would use it. */
export interface ApiServer {
  readonly client: ControlPlane['client'];
  kubectl(args: readonly string[], input?: string): Promise<Answer>;
}

/** Whatever was started ends with `owner`, also if the rest of the start fails. */
export async function startApiServer(owner: AsyncDisposableStack): Promise<ApiServer> {
  const dir = await mkdtemp(join(tmpdir(), 'api-test-'));
  owner.defer(() => rm(dir, { recursive: true }));
  const kubectl = await tool('kubectl');
  const controlPlane = await startControlPlane(dir);
  owner.defer(() => controlPlane.stop());
  const env = { KUBECONFIG: controlPlane.kubeconfig, HOME: dir, PATH: '/usr/bin:/bin' };
  return { client: controlPlane.client, kubectl: (args, input = '') => run(kubectl, args, env, input) };
}

function run(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input: string,
): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(file, args, { env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : (child.exitCode ?? 1), stdout, stderr });
    });
    child.stdin?.end(input);
  });
}
