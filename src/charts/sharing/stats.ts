import type { ChartSourceKind } from '../chart.ts';
import type { SourceState } from './source-state.ts';

/** All watched sources of one kind. */
export interface KindStats {
  readonly kind: ChartSourceKind;
  readonly count: number;
  /** Those whose last lookup failed. */
  readonly failing: number;
  /** Time since the last good lookup of the source for which that is longest. */
  readonly oldestSeconds: number;
}

const KINDS: readonly ChartSourceKind[] = ['git', 'repository', 'oci'];

export function statsOf(states: readonly SourceState[], now: number): readonly KindStats[] {
  return KINDS.map((kind) => {
    const own = states.filter(({ source }) => source.kind === kind);
    const oldest = own.reduce((age, { goodAt }) => Math.max(age, now - goodAt), 0);
    return {
      kind,
      count: own.length,
      failing: own.filter(({ outcome }) => outcome?.kind === 'failed').length,
      oldestSeconds: oldest / 1_000,
    };
  });
}
