import { fileURLToPath } from 'node:url';
import { start } from './control-plane/control-plane.ts';
import type { ControlPlane } from './control-plane/control-plane.ts';
import { CONTROL_PLANE_TOOLS, OFFICIAL_HOSTS } from './tools/catalog.ts';
import { createProgress } from './tools/progress.ts';
import { createToolbox } from './tools/toolbox.ts';
import type { Toolbox } from './tools/toolbox.ts';

export type { ControlPlane } from './control-plane/control-plane.ts';
export { stop } from './control-plane/stop.ts';

export interface StartOptions {
  /** Leave it running when the calling process ends; otherwise it goes with it. */
  readonly detached?: boolean;
  /** Have the API server write every request, with who made it, into DIR/logs/audit.log. */
  readonly audit?: boolean;
}

const HOME = fileURLToPath(new URL('.', import.meta.url));
const STAGES = ['node', 'pod-ready', 'pod-trouble', 'pod-end'];

/**
 * Starts a Kubernetes control plane with all its files in `dir`, on free loopback ports: RBAC on, one simulated node
 * that takes pods. Programs that are missing are got first. README.md says how pods are told to misbehave.
 */
export async function startControlPlane(dir: string, options: StartOptions = {}): Promise<ControlPlane> {
  const names = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'];
  const [etcd = '', apiServer = '', controllerManager = '', scheduler = '', kwok = ''] = await tools(names);
  const programs = { etcd, apiServer, controllerManager, scheduler, kwok };
  const stages = STAGES.map((name) => `${HOME}stages/${name}.yaml`);
  return start(dir, { ...options, programs, stages });
}

/** The path of a program (`helm`, `helm3`, `kubectl`, `kube-apiserver`, ...), which is got first if need be. */
export async function tool(name: string): Promise<string> {
  const [path = ''] = await tools([name]);
  return path;
}

/** Several programs at once, so that progress can say how many there are to get. */
export async function tools(names: readonly string[] = CONTROL_PLANE_TOOLS): Promise<readonly string[]> {
  return toolbox().get(names);
}

function toolbox(): Toolbox {
  const progress = createProgress(process.stderr, () => performance.now());
  return createToolbox({ env: process.env, home: HOME, hosts: OFFICIAL_HOSTS, progress });
}
