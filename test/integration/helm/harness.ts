import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFaultProxy, type FaultProxy } from '../../../hack/testenv/fault-proxy.ts';
import { startControlPlane, tool } from '../../../hack/testenv/testenv.ts';
import { detectHelm, type HelmBinary } from '../../../src/helm/binary.ts';
import { createHelm, type Helm, type HelmOptions } from '../../../src/helm/helm.ts';
import { createKubeconfigFile } from '../../../src/helm/kubeconfig-file.ts';
import { ENDLESS } from '../../support/memory.ts';
import { createSlots } from '../../../src/helm/slots.ts';
import { createStorage, type Storage } from '../../../src/helm/storage/storage.ts';
import type { ReleaseSecret } from '../../../src/helm/storage/secret.ts';
import { childKubeconfig, loadConnection } from '../../../src/kube/connection.ts';
import { SECRETS, type KubeObject } from '../../../src/kube/resource-type.ts';
import { createResource } from '../../../src/kube/resource.ts';
import { createTransport } from '../../../src/kube/transport.ts';
import { createRun } from '../../../src/process/run.ts';
import { openWorkDir, type WorkDir } from '../../../src/process/work-dir.ts';
import { systemClock, systemRandom } from '../../../src/telemetry/clock.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { run } from '../../support/run.ts';

const WEB = fileURLToPath(new URL('../../fixtures/charts/web', import.meta.url));
export const signal = new AbortController().signal;

/** Both majors of helm, as programs to test with. */
export const PROGRAMS = ['helm', 'helm3'] as const;
export type Program = (typeof PROGRAMS)[number];

/** A control plane with a proxy in front of it, and all of src/helm on top. */
export interface Bench {
  readonly dir: string;
  readonly binary: HelmBinary;
  readonly helm: Helm;
  readonly storage: Storage;
  readonly workDir: WorkDir;
  readonly proxy: FaultProxy;
  /** Path of the packaged chart of test/fixtures/charts/web. */
  readonly web: string;
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  readonly apply: (object: object) => Promise<string>;
  /** The helm program as a person would type it. */
  readonly cli: (...args: readonly string[]) => Promise<string>;
  readonly namespace: (name: string) => Promise<string>;
  /** Writes a chart and gives the path of its folder. */
  readonly chart: (name: string, files: Readonly<Record<string, string>>) => Promise<string>;
  /** Path of a kubeconfig of an admin who acts as somebody else. */
  readonly kubeconfigAs: (user: string) => Promise<string>;
  /** Another Helm over the same storage: with another kubeconfig, or fewer slots. */
  readonly another: (more: Partial<HelmOptions>) => Helm;
  readonly stop: () => Promise<void>;
}

export async function startBench(program: Program): Promise<Bench> {
  const owner = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'helm-integration-'));
  owner.defer(() => rm(dir, { recursive: true, force: true }));
  try {
    return await build(program, dir, owner);
  } catch (error) {
    await owner.disposeAsync();
    throw error;
  }
}

async function build(program: Program, dir: string, owner: AsyncDisposableStack): Promise<Bench> {
  const plane = await startControlPlane(join(dir, 'plane'));
  owner.defer(() => plane.stop());
  const proxy = await startFaultProxy(dir, plane);
  owner.defer(() => proxy.close());
  const workDir = await openWorkDir(join(dir, 'work'), { log: silentLogger });
  owner.defer(() => workDir.close());
  const connection = loadConnection({ kubeconfig: plane.kubeconfig, env: {} });
  const transport = createTransport(connection, {
    log: silentLogger,
    clock: systemClock,
    random: systemRandom,
    version: 'test',
  });
  owner.defer(() => transport.close());

  const start = createRun({ owner: workDir.path });
  const [helmPath, kubectlPath] = [await tool(program), await tool('kubectl')];
  const binary = await detectHelm(start, helmPath, { searchPath: '', cwd: dir, signal });
  const storage = createStorage(
    createResource<ReleaseSecret>(transport, SECRETS),
    createResource<KubeObject>(transport, SECRETS, { metadataOnly: true }),
  );
  const options: HelmOptions = {
    run: start,
    binary,
    workDir,
    storage,
    kubeconfigPath: createKubeconfigFile(workDir.path, () => childKubeconfig(connection)),
    slots: createSlots({ sizes: { fast: 4, slow: 4, package: 1 }, room: ENDLESS, stopping: signal }),
    clock: systemClock,
  };
  const helm = createHelm(options);
  const cliHome = join(dir, 'cli');
  const env = { PATH: '/usr/bin:/bin', HOME: cliHome, KUBECONFIG: plane.kubeconfig };
  const kubectl = (args: readonly string[], input?: string): Promise<string> =>
    run(kubectlPath, args, { env, ...(input === undefined ? {} : { input }) });
  return {
    dir,
    binary,
    helm,
    storage,
    workDir,
    proxy,
    web: await helm.packageChart(WEB, dir, signal),
    kubectl: (...args) => kubectl(args),
    apply: (object) => kubectl(['apply', '-f', '-'], JSON.stringify(object)),
    cli: (...args) => run(helmPath, args, { env }),
    namespace: async (name) => {
      await kubectl(['create', 'namespace', name]);
      return name;
    },
    chart: (name, files) => writeChart(join(dir, 'charts', name), name, files),
    kubeconfigAs: async (user) => {
      const config = JSON.parse(await childKubeconfig(connection)) as { users: { user: object }[] };
      const users = config.users.map((entry) => ({ ...entry, user: { ...entry.user, as: user } }));
      const path = join(dir, `kubeconfig-${user}`);
      await writeFile(path, JSON.stringify({ ...config, users }), { mode: 0o600 });
      return path;
    },
    another: (more) => createHelm({ ...options, ...more }),
    stop: () => owner.disposeAsync(),
  };
}

async function writeChart(
  path: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const all = { 'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`, ...files };
  for (const [file, content] of Object.entries(all)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), content);
  }
  return path;
}
