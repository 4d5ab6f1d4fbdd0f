import type { RunOptions, RunResult } from '../run.ts';

/** From the operator to its supervisor. */
export type Order =
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly file: string;
      readonly args: readonly string[];
      readonly options: Omit<RunOptions, 'signal'>;
    }
  | { readonly kind: 'stop'; readonly id: number }
  /** Children may run until then, by bootMs(), which is the same for all processes of a machine. */
  | { readonly kind: 'until'; readonly ms: number };

/** From the supervisor: how a child ended, or that it was stopped, as ordered. */
export interface Report {
  readonly id: number;
  readonly end: RunResult | 'stopped';
}
