import { detectHelm } from '../helm/binary.ts';
import { createHelm } from '../helm/helm.ts';
import type { Helm } from '../helm/helm.ts';
import { createKubeconfigFile } from '../helm/kubeconfig-file.ts';
import { createRunner } from '../helm/runner.ts';
import type { RunnerOptions } from '../helm/runner.ts';
import { createSlots } from '../helm/slots.ts';
import type { Slots } from '../helm/slots.ts';
import { createStorage, createStorageReads } from '../helm/storage/storage.ts';
import type { Storage } from '../helm/storage/storage.ts';
import { childKubeconfig } from '../kube/connection.ts';
import { readMemory } from '../process/memory.ts';
import { createMemoryRoom } from '../process/memory-room.ts';
import type { Run } from '../process/run.ts';
import type { WorkDir } from '../process/work-dir.ts';
import { createRenderedSecrets } from '../release/observe/rendered-secrets.ts';
import type { HiddenWords } from '../release/observe/rendered-secrets.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Cluster } from './cluster.ts';
import type { Environment } from './environment.ts';

export interface HelmParts {
  readonly run: Run;
  readonly workDir: WorkDir;
  readonly cluster: Cluster;
  readonly signal: AbortSignal;
  /** For helm in place of the operator's own, if there is one now. */
  readonly token: () => string | undefined;
}

/** What children need to get out of the cluster, where the operator itself needs it. */
const PASSED = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
];

/** helm, and Helm's records, as they are to somebody. */
export interface HelmAs {
  readonly helm: Helm;
  readonly storage: Storage;
}

export interface OpenedHelm {
  readonly slots: Slots;
  readonly helmAs: (cluster: Pick<Cluster, 'secrets' | 'secretsMetadata'>) => HelmAs;
}

export async function openHelm(
  { run, workDir, cluster, signal, token }: HelmParts,
  { config, env, clock, metrics, ...environment }: Environment,
): Promise<OpenedHelm> {
  const log = environment.log.child({ component: 'helm' });
  const binary = await detectHelm(run, config.helmBinary, {
    searchPath: env['PATH'] ?? '',
    cwd: workDir.path,
    signal,
  });
  log.info('found helm', { path: binary.path, version: binary.version });
  // A run that waits for hooks must not take the place of one that does not.
  const { workers } = config;
  const slots = createSlots({
    sizes: { fast: workers, slow: workers, package: workers },
    room: createMemoryRoom({ read: readMemory, clock }),
    stopping: signal,
    onLack: sayingAtMostOnceAMinute(clock, (why) => {
      log.warn('fewer helm processes than there are workers, for lack of memory', { why });
    }),
  });
  const options: RunnerOptions = {
    run,
    binary,
    workDir,
    clock,
    tracer: environment.tracer,
    kubeconfigPath: createKubeconfigFile(workDir.path, () => childKubeconfig(cluster.connection, token())),
    stopping: signal,
    environment: Object.fromEntries(
      PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
    onStarted: metrics.helmStarted,
    onFinished: ({ verb, result, seconds }) => {
      metrics.helmEnded({ verb, ok: result === 'ok', seconds });
    },
  };
  const runner = createRunner(options);
  const reads = createStorageReads();
  const hidden: HiddenWords = new Map();
  return {
    slots,
    helmAs: ({ secrets, secretsMetadata }) => {
      const storage = createStorage(secrets, secretsMetadata, reads);
      const renderedSecrets = createRenderedSecrets(storage, hidden);
      return { storage, helm: createHelm({ ...options, storage, renderedSecrets, slots }, runner) };
    },
  };
}

function sayingAtMostOnceAMinute(clock: Clock, say: (why: string) => void): (why: string) => void {
  let saidAt = -Infinity;
  return (why) => {
    if (clock.monotonicMs() - saidAt < 60_000) return;
    saidAt = clock.monotonicMs();
    say(why);
  };
}
