import {
  MARK_DIGEST_LABEL,
  MARK_OWNER_LABEL,
  MARK_REJECTED_LABEL,
  MARK_REVISION_LABEL,
} from '../../api/names.ts';
import type { DeployRequest } from '../../helm/requests.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
import type { Plan } from '../plan.ts';

/** helm waits for each hook by itself; its own limits make sense only up to a bound of ours. */
const MAX_HOOK_WAITS = 10;
/** A timeout of nothing was accepted by 1.4.4 and meant: do not wait. helm itself takes no such thing. */
const LEAST_TIMEOUT_MS = 1_000;
/** What helm needs beside waiting, on a slow API server. */
const RUN_LIMIT_MS = 120_000;

/** What install and upgrade have in common. */
export function deployRequest(plan: Plan, toRevision: number, marks: MarkFormat): DeployRequest {
  const { settings, chart, values, target } = plan;
  const hooked = chart.hooks !== 'none';
  return {
    namespace: target.namespace,
    name: target.releaseName,
    chartPath: chart.path,
    valuesFiles: values.files.map(({ content }) => content),
    inlineValues: values.inline,
    labels: {
      [MARK_DIGEST_LABEL]: plan.digest,
      [MARK_REVISION_LABEL]: String(toRevision),
      [MARK_OWNER_LABEL]: marks.owner(plan.key),
      // An upgrade after a rollback would inherit it.
      [MARK_REJECTED_LABEL]: undefined,
    },
    timeoutMs: Math.max(settings.timeoutMs, LEAST_TIMEOUT_MS),
    // Only helm itself can hold back post-install and post-upgrade hooks until the objects are ready.
    wait: settings.wait && chart.hooks === 'post' ? 'helm' : 'none',
    skipCRDs: settings.skipCRDs,
    forceConflicts: settings.forceConflicts,
    pool: hooked ? 'slow' : 'fast',
    limitMs: RUN_LIMIT_MS + (hooked ? MAX_HOOK_WAITS : 1) * settings.timeoutMs,
    secrets: values.secrets,
  };
}
