import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, tool } from '../../hack/testenv/testenv.ts';
import type { ControlPlane, StartOptions } from '../../hack/testenv/testenv.ts';
import { eventually } from './eventually.ts';
import { createObjects, type Objects } from './objects.ts';
import { run } from './run.ts';

const CRDS = new URL('../../crds/', import.meta.url).pathname;

/** A control plane with our CustomResourceDefinitions, what is in it, and the commands that a person would type at it. */
export interface Cluster extends Objects {
  readonly plane: ControlPlane;
  readonly kubeconfig: string;
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  readonly apply: (manifest: object) => Promise<string>;
  readonly createNamespace: (name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startCluster(options: Pick<StartOptions, 'audit'> = {}): Promise<Cluster> {
  const dir = await mkdtemp(join(tmpdir(), 'control-plane-'));
  const plane = await startControlPlane(dir, options);
  const kubectlPath = await tool('kubectl');
  const cache = join(dir, 'kubectl-cache');
  const kubectl = (args: readonly string[], input?: string): Promise<string> =>
    run(kubectlPath, [`--kubeconfig=${plane.kubeconfig}`, `--cache-dir=${cache}`, ...args], {
      ...(input === undefined ? {} : { input }),
    });
  const stop = async (): Promise<void> => {
    await plane.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await kubectl(['apply', '--server-side', '-f', CRDS]);
    // Definitions that have just been made have no conditions yet, which kubectl takes for an error.
    await eventually(() => kubectl(['wait', '--for=condition=Established', '--timeout=20s', '-f', CRDS]));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...createObjects(plane.client),
    plane,
    kubeconfig: plane.kubeconfig,
    kubectl: (...args) => kubectl(args),
    apply: (manifest) => kubectl(['apply', '-f', '-'], JSON.stringify(manifest)),
    createNamespace: async (name) => {
      await kubectl(['create', 'namespace', name]);
    },
    stop,
  };
}
