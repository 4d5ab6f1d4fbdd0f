import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideCurl } from './curl.ts';
import type { ClusterChoice, Demo } from './demo.ts';
import { demoEnvironment } from './environment.ts';
import { Shell } from './shell.ts';
import type { Tools } from './tools.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface SetUpOptions extends Pick<Demo, 'cleanUp' | 'cluster' | 'screen' | 'signal'> {
  readonly tools: Tools;
  readonly env: Environment;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Real images have to be pulled first. */
const PATIENCE_MS = { own: 60_000, given: 180_000 };

export function clusterChoice({ KUBECONFIG: kubeconfig = '' }: Environment): ClusterChoice {
  return kubeconfig === '' ? { kind: 'own' } : { kind: 'given', kubeconfig };
}

/** Makes the demo's folder and all that the steps work with. */
export async function setUp({ tools, env, ...parts }: SetUpOptions): Promise<Demo> {
  const { cluster, screen, signal, cleanUp } = parts;
  const dir = await mkdtemp(join(plainFolder(tmpdir()), 'helm-demo-'));
  cleanUp.defer('the folder', () => rm(dir, { recursive: true, force: true, maxRetries: 3 }));
  await mkdir(join(dir, 'bin'));
  for (const [name, path] of Object.entries(tools)) await symlink(path, join(dir, 'bin', name));
  await provideCurl(join(dir, 'bin'), env['PATH'] ?? '');
  const variables = demoEnvironment(env, dir, dirname(process.execPath));
  return {
    ...parts,
    root: ROOT,
    dir,
    namespace: cluster.kind === 'own' ? 'demo' : `helm-demo-${randomBytes(3).toString('hex')}`,
    shell: new Shell({ cwd: ROOT, env: variables, screen, signal }),
    patienceMs: PATIENCE_MS[cluster.kind],
  };
}

/** The commands of the demo name its folder without quotes, as a person would. */
function plainFolder(folder: string): string {
  return /^[\w./-]+$/.test(folder) ? folder : '/tmp';
}
