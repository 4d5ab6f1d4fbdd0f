import { createSince } from '../process/since.ts';
import type { OwnCommitOf } from '../release/desire/own-chart.ts';
import type { Clock } from '../telemetry/clock.ts';

/** One GitSync lets go of a HelmRelease a moment before another one takes it. */
const MOVING_MS = 10_000;

/** Waits a moment before a HelmRelease that has the labels of a GitSync is said to be of none. */
export function patientOwnCommit(ownCommitOf: OwnCommitOf, clock: Pick<Clock, 'monotonicMs'>): OwnCommitOf {
  /** Of HelmReleases that nobody holds. */
  const unheld = createSince(clock);
  return async (source, signal) => {
    const answer = await ownCommitOf(source, signal);
    const { release, sync } = source.said;
    if (answer.kind !== 'none' || sync === undefined) {
      unheld.forget(release);
      return answer;
    }
    if (unheld.ms(release) >= MOVING_MS) return answer;
    return { kind: 'not-known-yet', why: 'a GitSync that holds it: it may be moving from one to another' };
  };
}
