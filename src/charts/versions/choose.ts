import { ChartUnavailableError, InvalidSpecError } from '../../api/errors.ts';
import { type Candidate, pickVersion } from './pick.ts';

/**
 * The version to take, or an error that says what there is instead. `chart` names the chart and its place:
 * "chart redis of https://...".
 */
export function chooseVersion<T extends Candidate>(
  candidates: readonly T[],
  wanted: string,
  chart: string,
): T {
  const pick = pickVersion(candidates, wanted);
  switch (pick.kind) {
    case 'found':
      return pick.candidate;
    case 'improper':
      throw new InvalidSpecError(
        `${JSON.stringify(wanted)} is neither a version of ${chart} nor a range of versions, such as 1.2.3, ^1.2 or ">=1 <2"`,
      );
    case 'none':
      throw new ChartUnavailableError(
        pick.newest.length === 0
          ? `${chart} has no versions`
          : `no version of ${chart} satisfies ${JSON.stringify(wanted)}: the newest are ${pick.newest.join(', ')}`,
      );
  }
}
