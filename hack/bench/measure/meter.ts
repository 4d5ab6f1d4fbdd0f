import type { Row } from '../report/run.ts';
import type { AuditLog } from './audit-log.ts';
import { type Exposition, scrape } from './exposition.ts';
import { percentilesOf } from './percentiles.ts';
import { type CpuSeconds, cpuOf, NO_CPU } from './processes.ts';
import { startSampler } from './sampler.ts';

/** What is measured: asked for anew at each phase, because an operator may be another process by then. */
export interface Subject {
  readonly pids: () => readonly number[];
  /** Only our own operator has one whose names we know. */
  readonly metricsUrl: () => string | undefined;
  readonly apiServer: number | undefined;
  readonly etcd: number | undefined;
  readonly audit: AuditLog | undefined;
}

/** What a phase has to say beside what is measured of all. */
export interface PhaseEnd {
  /** In seconds. */
  readonly releases?: readonly number[];
  readonly more?: Readonly<Record<string, number>>;
  /** How things went on, for a curve. */
  readonly series?: Row['series'];
  /** The clock stopped then, on performance.now(); without it, with the phase. */
  readonly endedAt?: number;
}

export interface Meter {
  readonly rows: readonly Row[];
  /** What our operator says of itself now. Each time it is asked it begins its record of the event loop's lag anew. */
  read(): Promise<Exposition>;
  measure(phase: string, work: () => Promise<PhaseEnd | undefined>): Promise<Row>;
}

const HELM_STARTED = 'helm_release_operator_helm_processes_started_total';
const PASSES = 'helm_release_operator_pass_duration_seconds_count';
const LAG = 'nodejs_eventloop_lag';
/** The timer that the lag is measured by. */
const LAG_TIMER_SECONDS = 0.01;
/** CPU and requests are counted for a little longer than the clock runs: told where it is more than usual, in seconds. */
const WORTH_SAYING = 2;

export function createMeter(subject: Subject, onRow: (row: Row) => void): Meter {
  const rows: Row[] = [];

  const cpu = (): Cpu => ({
    operator: new Map(subject.pids().map((pid) => [pid, cpuOf(pid)])),
    apiServer: subject.apiServer === undefined ? 0 : cpuOf(subject.apiServer).own,
    etcd: subject.etcd === undefined ? 0 : cpuOf(subject.etcd).own,
  });
  let lag = NO_LAG;
  const metrics = async (): Promise<Exposition | undefined> => {
    const url = subject.metricsUrl();
    if (url === undefined) return undefined;
    const read = await scrape(url);
    lag = worse(lag, lagIn(read));
    return read;
  };

  return {
    rows,
    read: async () => {
      const read = await metrics();
      if (read === undefined) throw new Error('there is no operator to ask for its metrics');
      return read;
    },
    measure: async (phase, work) => {
      const url = subject.metricsUrl();
      const told = await metrics();
      await subject.audit?.take();
      lag = NO_LAG;
      const before = cpu();
      const sampler = startSampler(subject.pids);
      try {
        const begun = performance.now();
        const end = await work();
        const endedAt = end?.endedAt ?? performance.now();
        const seconds = (endedAt - begun) / 1000;
        // What a phase sets off belongs to it, also when nobody waits for it: Events, for one.
        const requests = (await subject.audit?.take()) ?? {};
        const spent = difference(before, cpu());
        const countedSeconds = (performance.now() - endedAt) / 1000;
        const samples = sampler.stop();
        const tells = await metrics();
        // A process that was started in between counts from its start.
        const own = tells && whatItTells(url === subject.metricsUrl() ? told : undefined, tells);
        const row: Row = {
          ...{ phase, seconds, requests, cpu: spent },
          memory: { peak: samples.peakBytes, operator: samples.ownBytes },
          helm: { mostAtOnce: samples.mostHelmAtOnce, ...(own && { started: own.started }) },
          ...(own && { eventLoop: lag }),
          ...whatItSays(end, { ...own, ...(countedSeconds > WORTH_SAYING && { countedSeconds }) }),
        };
        rows.push(row);
        onRow(row);
        return row;
      } catch (cause) {
        throw new Error(`the phase "${phase}" failed`, { cause });
      } finally {
        sampler.stop();
      }
    },
  };
}

/** What a phase itself has to say. */
function whatItSays(
  end: PhaseEnd | undefined,
  { passes, countedSeconds }: { readonly passes?: number; readonly countedSeconds?: number },
): Pick<Row, 'releases' | 'more' | 'series'> {
  const releases = percentilesOf(end?.releases ?? []);
  const more = {
    ...(passes !== undefined && { passes }),
    ...end?.more,
    ...(countedSeconds !== undefined && { countedSeconds }),
  };
  return {
    ...(releases && { releases }),
    ...(Object.keys(more).length > 0 && { more }),
    ...(end?.series && { series: end.series }),
  };
}

/** What our operator counted in between. */
function whatItTells(
  before: Exposition | undefined,
  after: Exposition,
): { readonly passes: number; readonly started: Readonly<Record<string, number>> } {
  return { passes: after.sum(PASSES) - (before?.sum(PASSES) ?? 0), started: startedSince(before, after) };
}

interface Cpu {
  readonly operator: ReadonlyMap<number, CpuSeconds>;
  readonly apiServer: number;
  readonly etcd: number;
}

/** Of the processes that there are now. */
function difference(before: Cpu, after: Cpu): Row['cpu'] {
  let [operator, children] = [0, 0];
  for (const [pid, now] of after.operator) {
    const then = before.operator.get(pid) ?? NO_CPU;
    operator += now.own - then.own;
    children += now.children - then.children;
  }
  const apiServer = after.apiServer - before.apiServer;
  return { operator, children, apiServer, etcd: after.etcd - before.etcd };
}

function startedSince(before: Exposition | undefined, after: Exposition): Readonly<Record<string, number>> {
  const then = before?.by(HELM_STARTED, 'verb') ?? {};
  const since = Object.entries(after.by(HELM_STARTED, 'verb')).map(
    ([verb, count]) => [verb, count - (then[verb] ?? 0)] as const,
  );
  return Object.fromEntries(since.filter(([, count]) => count > 0));
}

type Lag = NonNullable<Row['eventLoop']>;
const NO_LAG: Lag = { p99: 0, longest: 0 };

function lagIn(read: Exposition): Lag {
  const late = (name: string): number => Math.max(0, read.sum(`${LAG}_${name}_seconds`) - LAG_TIMER_SECONDS);
  return { p99: late('p99'), longest: late('max') };
}

/** Of several records in one phase, the worst: percentiles cannot be put together. */
function worse(one: Lag, other: Lag): Lag {
  return { p99: Math.max(one.p99, other.p99), longest: Math.max(one.longest, other.longest) };
}
