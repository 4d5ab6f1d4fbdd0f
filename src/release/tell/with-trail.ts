import { trailAnnotations } from '../../api/trail.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { OriginOf } from '../desire/origin.ts';

/** Has each Event of a HelmRelease from Git carry repository, file, commit and author, under the names that the HelmRelease has them. */
export function withTrail(events: EventRecorder, originOf: OriginOf): EventRecorder {
  return {
    ...events,
    record: (happening) => {
      const origin = originOf(happening.regarding);
      events.record(
        origin.kind === 'git' ? { ...happening, annotations: trailAnnotations(origin.trail) } : happening,
      );
    },
  };
}
