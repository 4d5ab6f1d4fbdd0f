import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tools } from '../../../hack/testenv/testenv.ts';
import { createRun, type Run, type RunOptions, type RunResult } from '../../../src/process/run.ts';
import { openWorkDir } from '../../../src/process/work-dir.ts';
import {
  createKustomizeBuild,
  type KustomizeBuilt,
  type KustomizeUnit,
} from '../../../src/sync/kustomize/kustomize-build.ts';
import { createKustomize, type KustomizeLimits } from '../../../src/sync/kustomize/run.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { parseHelmYaml } from '../../../src/values/helm-yaml.ts';
import { commitTree, type Node } from '../../support/commit-tree.ts';

export type Nodes = Readonly<Record<string, Node>>;

/** The real program, and commits in memory. */
export interface KustomizeWorld {
  /** A folder outside of everything that kustomize is given. */
  readonly outside: string;
  readonly workDir: string;
  readonly binary: string;
  readonly runs: readonly { readonly args: readonly string[]; readonly result: RunResult }[];
  build(nodes: Nodes, unit: KustomizeUnit | string): Promise<KustomizeBuilt>;
  /** The objects that were built; throws the fault. */
  objects(nodes: Nodes, unit: KustomizeUnit | string): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

export async function openKustomizeWorld(limits?: KustomizeLimits): Promise<KustomizeWorld> {
  const [binary = ''] = await tools(['kustomize']);
  const base = await mkdtemp(join(tmpdir(), 'kustomize-test-'));
  const workDir = await openWorkDir(join(base, 'work'), { log: silentLogger });
  const really = createRun({ owner: workDir.path });
  const runs: { args: readonly string[]; result: RunResult }[] = [];
  const run: Run = async (file: string, args: readonly string[], options: RunOptions) => {
    const result = await really(file, args, options);
    if (args[0] === 'build') runs.push({ args, result });
    return result;
  };
  const kustomize = createKustomize({ run, binary, workDir }, limits);
  const build: KustomizeWorld['build'] = (nodes, unit) => {
    const { signal } = new AbortController();
    const one = typeof unit === 'string' ? { kind: 'kustomize' as const, folder: unit } : unit;
    return createKustomizeBuild({ ...kustomize, ...commitTree(nodes), signal })(one);
  };
  return {
    ...{ outside: base, workDir: workDir.path, binary, runs, build },
    objects: async (nodes, unit) => {
      const built = await build(nodes, unit);
      if (built.kind === 'failed') throw new Error(JSON.stringify(built.fault));
      return parseHelmYaml(built.bytes).documents;
    },
    close: async () => {
      await workDir.close();
      await rm(base, { recursive: true, force: true });
    },
  };
}
