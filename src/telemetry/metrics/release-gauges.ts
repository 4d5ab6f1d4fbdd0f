import { type Family, gaugeFamily, type Sample } from './exposition.ts';
import type { ReleaseSnapshot } from './sources.ts';

type Labels = Readonly<Record<string, string>>;

/** `helmrelease_*`: the state of each HelmRelease, by its own namespace and name. */
export const RELEASE_GAUGES: readonly Family[] = [
  perRelease('ready', '1 if the HelmRelease is ready, else 0.', (release, labels) => [
    [labels, release.conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ? 1 : 0],
  ]),
  perRelease(
    'condition',
    'Always 1: the status (True, False or Unknown) that each condition of the HelmRelease has now.',
    (release, labels) => release.conditions.map(({ type, status }) => [{ ...labels, type, status }, 1]),
  ),
  perRelease('phase', 'Always 1: the phase that the HelmRelease is in now.', ({ phase }, labels) =>
    phase === undefined ? [] : [[{ ...labels, phase }, 1]],
  ),
  perRelease('suspended', '1 if the HelmRelease is suspended, else 0.', ({ suspended }, labels) => [
    [labels, suspended ? 1 : 0],
  ]),
  perRelease('info', 'Always 1: what the HelmRelease has deployed, and where.', (release, labels) => [
    [{ ...labels, ...deployedLabels(release) }, 1],
  ]),
  perRelease('revision', "Helm's number of the revision that is deployed.", ({ deployed }, labels) =>
    deployed ? [[labels, deployed.revision]] : [],
  ),
  perRelease(
    'last_action_success',
    '1 if the last action on the release succeeded, 0 if it failed.',
    ({ lastAction }, labels) =>
      lastAction ? [[{ ...labels, action: lastAction.action }, lastAction.success ? 1 : 0]] : [],
  ),
  perRelease(
    'last_action_duration_seconds',
    'How long the last action on the release took, from its start to its outcome.',
    ({ lastAction }, labels) =>
      lastAction ? [[{ ...labels, action: lastAction.action }, lastAction.seconds]] : [],
  ),
  perRelease(
    'last_action_timestamp_seconds',
    'When the last action on the release came to its outcome.',
    ({ lastAction }, labels) =>
      lastAction ? [[{ ...labels, action: lastAction.action }, lastAction.finishedAt]] : [],
  ),
];

/** A gauge of `helmrelease_*`; the labels are namespace and name of the HelmRelease. */
export function perRelease(
  name: string,
  help: string,
  samples: (release: ReleaseSnapshot, labels: Labels) => readonly Sample[],
): Family {
  return gaugeFamily(`helmrelease_${name}`, help, function* ({ releases }) {
    for (const release of releases)
      yield* samples(release, { namespace: release.namespace, name: release.name });
  });
}

function deployedLabels({ releaseName, targetNamespace, deployed }: ReleaseSnapshot): Labels {
  return {
    release: releaseName,
    target_namespace: targetNamespace,
    chart: deployed?.chart ?? '',
    version: deployed?.version ?? '',
    app_version: deployed?.appVersion ?? '',
    source_revision: deployed?.sourceRevision ?? '',
  };
}
