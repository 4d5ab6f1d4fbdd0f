import type { ChartSource } from '../../charts/chart.ts';
import type { Account } from '../plan.ts';

/** Where a chart comes from, and by whose rights what comes from there is released. */
export interface FoundSource {
  readonly kind: 'found';
  readonly source: ChartSource;
  /** Absent where that is done with the operator's own rights. */
  readonly account?: Account;
}
