import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe } from '../api/errors.ts';
import type { HelmRelease } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import { targetOf } from '../api/release-name.ts';
import type { Config, PlanForm } from '../config.ts';
import { isForbidden } from '../kube/errors.ts';
import { createSemaphore } from '../process/semaphore.ts';
import { createSurroundings } from '../release/observe/surroundings.ts';
import type { Sight, Surroundings } from '../release/observe/surroundings.ts';
import { formatTarget } from '../release/plan.ts';
import { preview } from '../release/preview/preview.ts';
import type { Preview, PreviewPorts } from '../release/preview/preview.ts';
import { byAccount } from './by-account.ts';
import type { Cluster } from './cluster.ts';
import { environmentOf } from './command.ts';
import type { CommandOptions } from './command.ts';
import { DIGEST_KEY_BYTES, findDigestKey, namespaceOf } from './digest-key.ts';
import { ownCommitsOnDemand } from './own-commits-on-demand.ts';
import { openParts } from './parts.ts';
import { jsonOf, tableOf } from './plan-output.ts';
import { createMemories, createReadPorts, sightOf } from './read-ports.ts';
import { tenancyOf } from './tenancy.ts';
import { listedView } from './view.ts';

/** A place of its own: a plan must not end what an operator that was killed has left running. */
export function plansDir({ workDir }: Pick<Config, 'workDir'>): string {
  return join(workDir, 'plans');
}

/** Releases at a time: each has its chart and values in memory. */
const AT_ONCE = 8;

/** Prints what would be done to each HelmRelease, and does nothing of it. Gives the exit status. */
export async function runPlan({
  form,
  ...options
}: CommandOptions & { readonly form: PlanForm }): Promise<number> {
  const { config, log, clock, signal, write } = options;
  const environment = environmentOf(options);
  await using parts = await openParts(environment, { workDir: plansDir(config), signal });
  const { cluster, charts } = parts;

  const view = await listedView(cluster, { namespace: config.allowNamespace }, signal);
  const releases = [...view.releases.values()];
  if (releases.length === 0) await warnOfMissingNamespace(cluster, options);
  const namespace = namespaceOf(config, cluster.connection);
  const found = await findDigestKey(cluster.secrets, namespace, signal);
  if (found === undefined) {
    log.warn('no digest key: every release is compared with its chart and values, as on the first day', {
      namespace,
      flag: '--operator-namespace',
    });
  }
  const digestKey = found ?? randomBytes(DIGEST_KEY_BYTES);
  const ownCommitOf = ownCommitsOnDemand(cluster, {
    ...{ namespace: config.allowNamespace, digestKey },
    knowsKey: found !== undefined,
    tenantMode: config.tenantMode,
  });
  const memories = createMemories();
  const as = byAccount((account: string | undefined): PreviewPorts => ({
    ...createReadPorts(
      { ...parts, ...parts.as(account), view, digestKey, ownCommitOf, memories, account },
      environment,
    ),
    surroundings: surroundingsOf(cluster, sightOf(config)),
    tenancy: tenancyOf(config),
    ...{ as, charts, clock },
  }));
  const ports = as(undefined);
  const places = createSemaphore(AT_ONCE);
  const previews = await Promise.all(
    releases
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      .map((release) => places.run(signal, () => previewOrTrouble(release, ports, signal))),
  );
  write(form === 'json' ? jsonOf(previews) : tableOf(previews));
  return previews.every(({ complete }) => complete) ? 0 : 1;
}

/** A mistyped one holds nothing, as one that is in order may. Who may not ask is not told. */
async function warnOfMissingNamespace(
  { namespaces }: Cluster,
  { config: { allowNamespace: name }, log, signal }: Pick<CommandOptions, 'config' | 'log' | 'signal'>,
): Promise<void> {
  if (name === undefined) return;
  try {
    if ((await namespaces.get({ name }, signal)) !== undefined) return;
    log.warn(`namespace ${name} of --allow-namespace does not exist`);
  } catch (caught) {
    if (!isForbidden(caught)) throw caught;
  }
}

/** Where the operator would ask in a dry run, which changes nothing either, this takes the likely for true: it only reads. */
function surroundingsOf(cluster: Cluster, sees: Sight): Surroundings {
  const unlikely = (): Promise<boolean> => Promise.resolve(false);
  if (sees !== 'cluster') {
    return {
      isCrdTerminating: unlikely,
      isNamespaceTerminating: unlikely,
      isNamespaceMissing: unlikely,
    };
  }
  const refuse = (): Promise<never> =>
    Promise.reject(new Error('the CustomResourceDefinition of HelmRelease may not be read'));
  return createSurroundings({ ...cluster, releases: { dryRunCreate: refuse }, sees });
}

/** One release that cannot be looked at hides none of the others. */
async function previewOrTrouble(
  release: HelmRelease,
  ports: PreviewPorts,
  signal: AbortSignal,
): Promise<Preview> {
  try {
    return await preview(release, ports, signal);
  } catch (caught) {
    signal.throwIfAborted();
    return {
      key: keyOf(release),
      release: formatTarget(targetOf(release)),
      complete: false,
      action: 'unknown',
      why: describe(caught),
    };
  }
}
