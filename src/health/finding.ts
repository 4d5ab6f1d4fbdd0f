/**
 * One reason why a pod does not get ready, as the rest of a sentence that begins with the pod's name. Of several the one
 * of the highest rank is the root: it does not pass by itself, or it is what the others wait for.
 */
export interface Finding {
  readonly rank: Rank;
  readonly text: string;
}

/** From what mends itself most likely to what needs a person. */
export const RANKS = {
  starting: 0,
  unready: 1,
  unmounted: 2,
  unscheduled: 3,
  ended: 4,
  broken: 5,
} as const;

export type Rank = (typeof RANKS)[keyof typeof RANKS];

export function highest<T extends Finding>(findings: readonly T[]): T | undefined {
  return findings.reduce<T | undefined>(
    (best, finding) => (best === undefined || finding.rank > best.rank ? finding : best),
    undefined,
  );
}
