import type { ChartSource } from '../../charts/chart.ts';
import type { Account } from '../plan.ts';

/** Where a chart comes from, and by whose rights helm works on what comes from there. */
export interface FoundSource {
  readonly kind: 'found';
  readonly source: ChartSource;
  /** Absent where helm has the operator's own rights. */
  readonly account?: Account;
}
