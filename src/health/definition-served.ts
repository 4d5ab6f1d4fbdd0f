import { describe } from '../api/errors.ts';
import { ApiError, isForbidden } from '../kube/errors.ts';
import { sleep } from '../kube/http/abort.ts';
import type { Resource } from '../kube/resource.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import type { Clock } from '../telemetry/clock.ts';
import { conditionOf, type ObjectCondition } from './condition.ts';
import { assess } from './assess.ts';

/** What came of the wait for a CustomResourceDefinition. */
export type Served =
  | { readonly kind: 'served' }
  /** Waiting for longer helps nothing; `why` goes on from the name of the definition. */
  | { readonly kind: 'refused'; readonly why: string; readonly forbidden: boolean }
  | { readonly kind: 'late' };

export interface ServedPorts {
  readonly definitions: Pick<Resource<KubeObject>, 'get'>;
  /** Whether the API server has begun to serve what a definition brings. */
  readonly isServed: (definition: KubeObject, signal: AbortSignal) => Promise<boolean>;
  readonly clock: Clock;
}

/** As long as Helm 3 waits for them. */
export const SERVED_WITHIN_MS = 60_000;
const LOOK_MS = 100;

/** Waits until objects of the kind can be made, up to a deadline on the monotonic clock. */
export async function untilServed(
  { metadata: { name } }: KubeObject,
  deadlineMs: number,
  { definitions, isServed, clock }: ServedPorts,
  signal: AbortSignal,
): Promise<Served> {
  for (;;) {
    let found: KubeObject | undefined;
    try {
      found = await definitions.get({ name }, signal);
    } catch (caught) {
      if (!isRefusal(caught)) throw caught;
      return refused(`cannot be looked at: ${describe(caught)}`, isForbidden(caught));
    }
    const obstacle = found && obstacleOf(found);
    if (obstacle !== undefined) return refused(obstacle);
    if (found !== undefined && assess(found).kind === 'ready' && (await isServed(found, signal))) {
      return { kind: 'served' };
    }
    if (clock.monotonicMs() >= deadlineMs) return { kind: 'late' };
    await sleep(LOOK_MS, signal);
  }
}

interface Definition extends KubeObject {
  readonly status?: { readonly conditions?: readonly ObjectCondition[] };
}

/** What does not pass by itself. */
function obstacleOf(definition: KubeObject): string | undefined {
  if (definition.metadata.deletionTimestamp !== undefined) {
    return 'is being deleted: it is made anew when it is gone';
  }
  const accepted = conditionOf((definition as Definition).status?.conditions, 'NamesAccepted');
  return accepted?.status === 'False'
    ? `is not served: ${accepted.message ?? 'another one has its names'}`
    : undefined;
}

function refused(why: string, forbidden = false): Served {
  return { kind: 'refused', why, forbidden };
}

/** The API server has answered; anything else is trouble of the platform, and the pass is tried again. */
function isRefusal(caught: unknown): boolean {
  return caught instanceof ApiError && caught.status < 500 && caught.status !== 429;
}
