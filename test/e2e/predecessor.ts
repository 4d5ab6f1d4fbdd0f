import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../../hack/testenv/testenv.ts';
import type {
  Condition,
  ConditionStatus,
  ConditionType,
  HelmRelease,
  HelmReleaseStatus,
  Phase,
} from '../../src/api/helm-release.ts';
import { ANTECEDENT_ANNOTATION } from '../../src/api/names.ts';
import { phaseMessage } from '../../src/api/phases.ts';
import { targetOf } from '../../src/api/release-name.ts';
import { run } from '../support/run.ts';
import { CHARTS } from './world.ts';
import type { World } from './world.ts';

export type Values = Readonly<Record<string, unknown>>;

/** Where a release is, and what it is made of. */
export interface Made {
  readonly namespace: string;
  readonly releaseName: string;
  readonly values?: Values;
  readonly chart?: keyof typeof OBJECTS;
}

/** The kinds of the objects of a chart; each is named as its release. */
const OBJECTS = {
  web: ['deployment', 'service', 'configmap', 'serviceaccount'],
  umbrella: ['configmap', 'secret'],
} as const;

/** The cluster as Helm Operator 1.4.4 leaves it: releases made by Helm 3, annotated objects, and the status that it wrote. */
export interface Predecessor extends AsyncDisposable {
  /** helm 3 or 4, as a person or 1.4.4 would run it. */
  readonly helm: (
    version: 'helm' | 'helm3',
    verb: 'install' | 'upgrade',
    made: Made,
    ...options: string[]
  ) => Promise<string>;
  readonly rollBack: (made: Made, revision: number) => Promise<string>;
  readonly uninstall: (made: Made) => Promise<string>;
  /** Writes on the objects for which HelmRelease, given as `namespace/name`, they are. */
  readonly annotate: (made: Made, key: string) => Promise<void>;
  /** The HelmRelease with that status, which tells of the release that `of` stands for. */
  readonly leave: (
    release: HelmRelease,
    of?: HelmRelease,
    status?: Partial<HelmReleaseStatus>,
  ) => Promise<void>;
}

export async function startPredecessor({ cluster }: World): Promise<Predecessor> {
  const home = await mkdtemp(join(tmpdir(), 'predecessor-'));
  const env = { HOME: home, KUBECONFIG: cluster.kubeconfig };
  let files = 0;
  return {
    helm: async (version, verb, { namespace, releaseName, values = {}, chart = 'web' }, ...options) => {
      const file = join(home, `values-${String(++files)}.json`);
      await writeFile(file, JSON.stringify(values));
      const target = ['--namespace', namespace, '--values', file];
      return await run(await tool(version), [verb, releaseName, join(CHARTS, chart), ...target, ...options], {
        env,
      });
    },
    rollBack: async ({ namespace, releaseName }, revision) =>
      await run(await tool('helm3'), ['rollback', releaseName, String(revision), '--namespace', namespace], {
        env,
      }),
    uninstall: async ({ namespace, releaseName }) =>
      await run(await tool('helm'), ['uninstall', releaseName, '--namespace', namespace], { env }),
    annotate: async ({ namespace, releaseName, chart = 'web' }, key) => {
      const objects = OBJECTS[chart].map((kind) => `${kind}/${releaseName}`);
      const antecedent = `${ANTECEDENT_ANNOTATION}=${key.replace('/', ':helmrelease/')}`;
      await cluster.kubectl('annotate', '--overwrite', '--namespace', namespace, ...objects, antecedent);
    },
    leave: async (release, of = release, status = {}) => {
      const { name, namespace = '' } = release.metadata;
      await cluster.apply(release);
      const patch = JSON.stringify({ status: { ...statusOf(of), ...status } });
      await cluster.kubectl(
        ...['patch', 'helmreleases.helm.fluxcd.io', name, '--namespace', namespace],
        ...['--subresource=status', '--type=merge', '--patch', patch],
      );
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

const THEN = '2022-09-01T10:00:00Z';
const COMMIT = '8d4b8a2f0c0d6e1a9f3f1f3d9c3a6b7c5e4d2a10';

function conditionOf(
  release: HelmRelease,
  type: ConditionType,
  status: ConditionStatus,
  reason: Phase,
): Condition {
  const { releaseName, namespace } = targetOf(release);
  const message = phaseMessage(reason, releaseName, namespace);
  return { type, status, reason, message, lastUpdateTime: THEN, lastTransitionTime: THEN };
}

/** Of a release that went well. 1.4.4 wrote no namespace but in the messages, and no generation into conditions. */
function statusOf(release: HelmRelease): HelmReleaseStatus {
  return {
    observedGeneration: 1,
    phase: 'Succeeded',
    releaseName: targetOf(release).releaseName,
    releaseStatus: 'deployed',
    revision: COMMIT,
    lastAttemptedRevision: COMMIT,
    conditions: [
      conditionOf(release, 'ChartFetched', 'True', 'ChartFetched'),
      conditionOf(release, 'Deployed', 'True', 'Deployed'),
      conditionOf(release, 'Released', 'True', 'Succeeded'),
    ],
  };
}

/** What 1.4.4 says of a release that it rolled back once. */
export function rolledBackStatus(release: HelmRelease): Partial<HelmReleaseStatus> {
  return {
    phase: 'RolledBack',
    rollbackCount: 1,
    conditions: [
      conditionOf(release, 'Deployed', 'False', 'DeployFailed'),
      conditionOf(release, 'Released', 'False', 'DeployFailed'),
      conditionOf(release, 'RolledBack', 'True', 'RolledBack'),
    ],
  };
}
