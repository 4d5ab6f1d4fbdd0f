import type { Family } from './exposition.ts';
import { perRelease } from './release-gauges.ts';

/** `helmrelease_fail*`: what is wrong with a HelmRelease, and since when. One that is well has none of these series. */
export const RELEASE_FAILURE_GAUGES: readonly Family[] = [
  perRelease(
    'failure_info',
    'Always 1: the step at which the HelmRelease fails now, and the reason of its condition Ready. The sentence for people is in its status.',
    ({ failure }, labels) =>
      failure ? [[{ ...labels, step: failure.step, reason: failure.reason }, 1]] : [],
  ),
  perRelease(
    'failure_attempts',
    'How often in a row the HelmRelease has failed at that step.',
    ({ failure }, labels) => (failure ? [[labels, failure.attempts]] : []),
  ),
  perRelease(
    'failing_since_timestamp_seconds',
    'Since when the HelmRelease has not been well. Tries in between that failed too do not move it.',
    ({ failure }, labels) => (failure?.since === undefined ? [] : [[labels, failure.since]]),
  ),
];
