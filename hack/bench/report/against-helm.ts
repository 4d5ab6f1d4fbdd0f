import type { Row, Run } from './run.ts';
import { markdownTable } from './table.ts';

/** Ends the name of a phase that helm did alone; the operator's own has the name without it. */
export const BY_HELM_ALONE = ' by helm alone';

/**
 * The operator with its children beside the helm processes that nobody can do without: what started those costs
 * something too, and is not counted. Empty for a run that has no such phases.
 */
export function againstHelmTable({ rows }: Pick<Run, 'rows'>): string {
  const lines = rows.flatMap((alone) => {
    const phase = alone.phase.replace(BY_HELM_ALONE, '');
    const ours = rows.find((row) => row !== alone && row.phase === phase);
    if (!alone.phase.endsWith(BY_HELM_ALONE) || ours === undefined) return [];
    const { operator, children } = ours.cpu;
    return [
      [phase, ...beside(alone.seconds, ours.seconds), ...beside(alone.cpu.children, operator + children)],
    ];
  });
  return lines.length === 0 ? '' : markdownTable(HEADER, lines);
}

const HEADER = [
  'phase',
  's helm alone',
  'operator',
  'ratio',
  'CPU-s helm alone',
  'operator and helm',
  'ratio',
];

function beside(alone: Row['seconds'], ours: Row['seconds']): readonly string[] {
  return [alone.toFixed(2), ours.toFixed(2), alone > 0 ? (ours / alone).toFixed(2) : ''];
}
