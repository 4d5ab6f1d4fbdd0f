import type { RepositoryAnswer } from '../charts/sharing/answers.ts';
import type { Config } from '../config.ts';
import { MAX_TIMER_MS } from '../config/flag.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { SourceAnswer } from '../telemetry/metrics/sources.ts';

/** The same by the time of the wall, to which Prometheus compares. */
export function sourceAnswersOf(answers: readonly RepositoryAnswer[], clock: Clock): readonly SourceAnswer[] {
  const now = clock.now().getTime();
  return answers.map(({ answeredMsAgo, ...answer }) => ({
    ...answer,
    answeredAt: answeredMsAgo === undefined ? undefined : Math.round((now - answeredMsAgo) / 1000),
  }));
}

/** Undefined where releases are not looked at by time. */
export function resyncSecondsOf({
  chartsSyncIntervalMs: ms,
}: Pick<Config, 'chartsSyncIntervalMs'>): number | undefined {
  return ms >= MAX_TIMER_MS ? undefined : ms / 1000;
}
