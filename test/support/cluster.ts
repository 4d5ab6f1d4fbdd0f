import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, tool } from '../../hack/testenv/testenv.ts';
import type { ControlPlane, StartOptions } from '../../hack/testenv/testenv.ts';
import { eventually } from './eventually.ts';
import { run } from './run.ts';

const CRDS = new URL('../../crds/', import.meta.url).pathname;

/** A control plane with our CustomResourceDefinitions, and the commands that a person would type at it. */
export interface Cluster {
  readonly plane: ControlPlane;
  readonly kubeconfig: string;
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  readonly apply: (manifest: object) => Promise<string>;
  /** An object as the API server has it now; undefined if there is none. */
  readonly get: <T = Record<string, unknown>>(
    kind: string,
    name: string,
    namespace: string,
  ) => Promise<T | undefined>;
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
    plane,
    kubeconfig: plane.kubeconfig,
    kubectl: (...args) => kubectl(args),
    apply: (manifest) => kubectl(['apply', '-f', '-'], JSON.stringify(manifest)),
    get: async <T>(kind: string, name: string, namespace: string) => {
      const text = await kubectl(['get', kind, name, '-n', namespace, '-o', 'json', '--ignore-not-found']);
      return text === '' ? undefined : (JSON.parse(text) as T);
    },
    createNamespace: async (name) => {
      await kubectl(['create', 'namespace', name]);
    },
    stop,
  };
}
