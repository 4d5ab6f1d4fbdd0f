import type { Family } from './exposition.ts';
import { perRelease } from './release-gauges.ts';

/** Since when a HelmRelease is as it is, and until when what is being done to it should be over. */
export const RELEASE_TIMES: readonly Family[] = [
  perRelease(
    'ready_changed_timestamp_seconds',
    'Since when condition Ready of the HelmRelease has the status that it has now.',
    ({ times }, labels) => (times?.readyChanged === undefined ? [] : [[labels, times.readyChanged]]),
  ),
  perRelease(
    'operation_started_timestamp_seconds',
    'When the action was begun that is under way on the release; there is no series when none is.',
    ({ times }, labels) =>
      times?.operation ? [[{ ...labels, action: times.operation.action }, times.operation.started]] : [],
  ),
  perRelease(
    'operation_deadline_timestamp_seconds',
    'When the action that is under way on the release should be over, by the timeout of the HelmRelease.',
    ({ times }, labels) =>
      times?.operation ? [[{ ...labels, action: times.operation.action }, times.operation.deadline]] : [],
  ),
];
