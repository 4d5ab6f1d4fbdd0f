import { OTHERS } from '../measure/audit-event.ts';
import type { RequestCounts } from '../measure/audit-log.ts';
import type { Percentiles } from '../measure/percentiles.ts';

/** One phase of a run: what it took, as the difference between its beginning and its end. Times in seconds, memory in bytes. */
export interface Row {
  readonly phase: string;
  readonly seconds: number;
  /** From the moment a change of a release was sent until the release was seen as wished. */
  readonly releases?: Percentiles;
  readonly cpu: {
    readonly operator: number;
    readonly children: number;
    readonly apiServer: number;
    readonly etcd: number;
  };
  readonly memory: {
    /** Operator and children together, when it was most. */
    readonly peak: number;
    /** The operator alone, at the end. */
    readonly operator: number;
  };
  readonly requests: RequestCounts;
  readonly helm: { readonly mostAtOnce: number; readonly started?: Readonly<Record<string, number>> };
  /** How much later than asked for the event loop came back to a timer. */
  readonly eventLoop?: { readonly p99: number; readonly longest: number };
  /** What only this phase has. */
  readonly more?: Readonly<Record<string, number>>;
  readonly series?: readonly Readonly<Record<string, number>>[];
}

export interface Machine {
  readonly cores: number;
  readonly memory: number;
  /** Which cores the operator and the control plane were kept to. */
  readonly pinned?: string;
  readonly node: string;
  /** What our operator's Node was given: environment and flags. */
  readonly flags?: string;
  readonly helm: string;
}

/** One run of one scenario: a line of JSON. */
export interface Run {
  readonly at: string;
  readonly scenario: string;
  /** `operator` for ours, else the kind that was driven. */
  readonly subject: string;
  readonly count: number;
  readonly source: string;
  readonly slots: number;
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

const WRITES: ReadonlySet<string> = new Set([
  'create',
  'update',
  'patch',
  'apply',
  'delete',
  'deletecollection',
]);

/** How many requests these people made; of the writes, only those that are no renewal of a Lease. */
export function requestsOf(row: Row, people: readonly string[], what: 'reads' | 'writes' | 'all'): number {
  let sum = 0;
  for (const [key, count] of Object.entries(row.requests)) {
    const [by, verb = '', resource] = key.split(' ');
    if (by === undefined || !people.includes(by)) continue;
    const isWrite = WRITES.has(verb);
    if (what === 'all' || (what === 'writes' ? isWrite && resource !== 'leases' : !isWrite)) sum += count;
  }
  return sum;
}

export function helmRuns({ helm: { started = {} } }: Row): number {
  return Object.values(started).reduce((sum, each) => sum + each, 0);
}

/** Everybody whom it is about and who made requests. */
export function whoAsked({ rows }: Pick<Run, 'rows'>): readonly string[] {
  const who = rows.flatMap(({ requests }) => Object.keys(requests).map((key) => key.split(' ')[0] ?? ''));
  return [...new Set(who)].filter((name) => !OTHERS.has(name));
}
