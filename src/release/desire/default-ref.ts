import type { ChartSourceSettings } from '../../api/chart-source.ts';
import { ChartUnavailableError } from '../../api/errors.ts';
import type { OperatorError } from '../../api/errors.ts';

/** Whoever left the ref out never wrote the name that Git does not have. */
export function toldOfDefaultRef(error: OperatorError, source: ChartSourceSettings): OperatorError {
  const isDefault = source.kind === 'git' && source.ref === undefined;
  if (!isDefault || !error.message.includes("does not have the ref '")) return error;
  return new ChartUnavailableError(
    `${error.message} (spec.chart.ref is not set, so that of the operator's --git-default-ref was looked for: set it)`,
  );
}
