import {
  MARK_COMMIT_LABEL,
  MARK_DIGEST_LABEL,
  MARK_OWNER_LABEL,
  MARK_REJECTED_LABEL,
  MARK_REVISION_LABEL,
} from '../../api/names.ts';
import { trailSentence } from '../../api/trail.ts';
import type { DeployRequest, UpgradeRequest } from '../../helm/requests.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
import type { Plan } from '../plan.ts';
import { helmTimeout, runLimit } from './limits.ts';

/** All of a SHA-1; a label holds no SHA-256. */
const COMMIT_DIGITS = 40;

/** What install and upgrade have in common. */
export function deployRequest(plan: Plan, toRevision: number, marks: MarkFormat): DeployRequest {
  const { settings, chart, values, target } = plan;
  const hooked = chart.hooks !== 'none';
  return {
    namespace: target.namespace,
    name: target.releaseName,
    as: plan.account?.user,
    chartPath: chart.path,
    valuesFiles: values.files.map(({ content }) => content),
    inlineValues: values.inline,
    labels: {
      [MARK_DIGEST_LABEL]: plan.digest,
      [MARK_REVISION_LABEL]: String(toRevision),
      [MARK_OWNER_LABEL]: marks.owner(plan.key),
      // An upgrade would inherit these two.
      [MARK_REJECTED_LABEL]: undefined,
      [MARK_COMMIT_LABEL]: plan.trail?.commit.slice(0, COMMIT_DIGITS),
    },
    ...(plan.trail === undefined ? {} : { description: trailSentence(plan.trail) }),
    timeoutMs: helmTimeout(settings.timeoutMs),
    // Only helm itself can hold back post-install and post-upgrade hooks until the objects are ready.
    wait: settings.wait && chart.hooks === 'post' ? 'helm' : 'none',
    skipCRDs: settings.crds === 'Skip',
    forceConflicts: settings.forceConflicts,
    // The server refuses what its schema does not know, whatever helm is told.
    ...(settings.disableOpenAPIValidation ? { apply: 'client' } : {}),
    limitMs: runLimit(settings.timeoutMs, hooked),
    secrets: values.secrets,
  };
}

export function upgradeRequest(plan: Plan, toRevision: number, marks: MarkFormat): UpgradeRequest {
  const { reuseValues, forceUpgrade, maxHistory } = plan.settings;
  return { ...deployRequest(plan, toRevision, marks), reuseValues, maxHistory, force: forceUpgrade };
}
