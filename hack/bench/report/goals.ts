import { POD_SECONDS } from '../scenarios/waiting.ts';
import type { Run } from './run.ts';

const ALL_READY_SECONDS = POD_SECONDS + 15;
const CHANGED_ONE_SECONDS = 5;

/** What a scenario should reach, and whether this run did. A time is no failure: it depends on the machine. */
export function goalsOf({ scenario, rows }: Pick<Run, 'scenario' | 'rows'>): readonly string[] {
  if (scenario !== 'waiting') return [];
  return rows.flatMap(({ seconds, more = {} }) => [
    goal('all are ready', seconds, ALL_READY_SECONDS),
    goal('one that changes meanwhile is ready', more['changedOneReady'] ?? Infinity, CHANGED_ONE_SECONDS),
  ]);
}

function goal(what: string, seconds: number, within: number): string {
  const took = Number.isFinite(seconds) ? `after ${seconds.toFixed(1)} s` : 'never';
  return `goal: ${what} within ${String(within)} s: ${took}, ${seconds <= within ? 'met' : 'not met'}`;
}
