import { parseKey } from '../api/metadata.ts';
import type { Forecast } from '../release/preview/forecast.ts';
import type { Preview } from '../release/preview/preview.ts';

const HEAD = ['HELMRELEASE', 'RELEASE', 'ACTION', 'WHY'] as const;
const GAP = '   ';

/** For people: one line each, and a sum. */
export function tableOf(previews: readonly Preview[]): string {
  const rows = previews.map((each) => [each.key, each.release, actionsOf(each), whyOf(each)]);
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = [HEAD, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
  return [...(rows.length === 0 ? [] : lines), sumOf(previews)].join('\n');
}

/** For programs: a list, in the order of the table. */
export function jsonOf(previews: readonly Preview[]): string {
  const items = previews.map(({ key, release, complete, action, why, then }) => {
    const { namespace, name: releaseName } = parseKey(release);
    return { ...parseKey(key), release: { namespace, name: releaseName }, action, why, then, complete };
  });
  return JSON.stringify(items, undefined, 2);
}

function actionsOf({ action, then }: Forecast): string {
  return then === undefined ? action : `${action} then ${actionsOf(then)}`;
}

function whyOf({ why, then }: Forecast): string {
  const text = then === undefined ? why : `${why}; then ${whyOf(then)}`;
  return text.replaceAll(/\s+/g, ' ');
}

function sumOf(previews: readonly Preview[]): string {
  const counts = new Map<string, number>();
  for (const each of previews) {
    const action = actionsOf(each);
    counts.set(action, (counts.get(action) ?? 0) + 1);
  }
  const total = `${String(previews.length)} HelmRelease${previews.length === 1 ? '' : 's'}`;
  const parts = [...counts].map(([action, count]) => `${String(count)} ${action}`);
  const incomplete = previews.filter(({ complete }) => !complete).length;
  return [
    parts.length === 0 ? total : `${total}: ${parts.join(', ')}`,
    ...(incomplete === 0
      ? []
      : [`Of ${String(incomplete)} of them it is not known: a chart or values could not be had.`]),
  ].join('\n');
}
