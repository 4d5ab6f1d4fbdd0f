import { type Family, labelText, sampleLine } from './exposition.ts';

/**
 * `sync` runs from the first look that began something to the outcome, the others are its parts. `dry-run-compare` looks
 * what differs from a stored revision; `annotate` is putting our marks on an adopted release.
 */
export type ReleaseAction =
  'sync' | 'install' | 'upgrade' | 'rollback' | 'uninstall' | 'test' | 'annotate' | 'dry-run-compare';

/** The Helm release that an event belongs to. */
export interface HelmReleaseLabels {
  readonly targetNamespace: string;
  readonly releaseName: string;
}

export interface ActionEnd extends HelmReleaseLabels {
  readonly action: ReleaseAction;
  readonly success: boolean;
  /** From the start to the outcome: an upgrade that waits for its pods includes the wait. */
  readonly seconds: number;
}

export interface ActionDurations {
  readonly actionEnded: (end: ActionEnd) => void;
  readonly forget: (release: HelmReleaseLabels) => void;
  readonly families: readonly Family[];
}

interface Durations {
  readonly of: Omit<ActionEnd, 'seconds'>;
  /** One count for each bucket, the last for what is over all of them; not yet summed up. */
  readonly counts: number[];
  sum: number;
}

const BUCKETS = [1, 5, 10, 30, 60, 120, 180, 300, 600, 1800];
const NAME = 'flux_helm_operator_release_action_duration_seconds';

/** The histograms of Helm Operator 1.4.4, deprecated ones included: three views of the same observations. */
export function createActionDurations(): ActionDurations {
  const byRelease = new Map<string, Map<string, Durations>>();

  const family = (
    name: string,
    help: string,
    labels: (of: Durations['of']) => Labels | undefined,
  ): Family => ({
    name,
    help,
    type: 'histogram',
    lines: function* () {
      for (const series of byRelease.values()) {
        for (const durations of series.values()) {
          const own = labels(durations.of);
          if (own !== undefined) yield histogramLines(name, labelText(own), durations);
        }
      }
    },
  });

  return {
    actionEnded: ({ seconds, ...of }) => {
      const key = `${of.targetNamespace}/${of.releaseName}`;
      const series = byRelease.get(key) ?? new Map<string, Durations>();
      byRelease.set(key, series);
      const name = `${of.action} ${String(of.success)}`;
      const durations = series.get(name) ?? { of, counts: [...BUCKETS, Infinity].map(() => 0), sum: 0 };
      series.set(name, durations);
      add(durations, seconds);
    },
    forget: ({ targetNamespace, releaseName }) => {
      byRelease.delete(`${targetNamespace}/${releaseName}`);
    },
    families: [
      family(
        NAME,
        'Release action duration in seconds; the action sync is all of it, from first look to outcome.',
        (of) => ({
          action: of.action,
          success: String(of.success),
          target_namespace: of.targetNamespace,
          release_name: of.releaseName,
        }),
      ),
      family(
        'flux_helm_operator_release_duration_seconds',
        `DEPRECATED, use ${NAME}{action="sync"}. The label namespace is the target namespace.`,
        (of) => (of.action === 'sync' ? oldLabels(of) : undefined),
      ),
      family(
        'flux_helm_operator_release_phase_duration_seconds',
        `DEPRECATED, use ${NAME}. The label namespace is the target namespace.`,
        (of) => (of.action === 'sync' ? undefined : { action: of.action, ...oldLabels(of) }),
      ),
    ],
  };
}

type Labels = Readonly<Record<string, string>>;

function oldLabels({ success, targetNamespace, releaseName }: Durations['of']): Labels {
  return { success: String(success), namespace: targetNamespace, release_name: releaseName };
}

function add(durations: Durations, seconds: number): void {
  const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
  const index = bucket === -1 ? BUCKETS.length : bucket;
  durations.counts[index] = (durations.counts[index] ?? 0) + 1;
  durations.sum += seconds;
}

function histogramLines(name: string, labels: string, { counts, sum }: Durations): string {
  let lines = '';
  let total = 0;
  counts.forEach((count, index) => {
    total += count;
    lines += `${name}_bucket{${labels},le="${BUCKETS[index]?.toString() ?? '+Inf'}"} ${String(total)}\n`;
  });
  return lines + sampleLine(`${name}_sum`, labels, sum) + sampleLine(`${name}_count`, labels, total);
}
