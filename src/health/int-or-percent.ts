/** Kubernetes' IntOrString: a count, or a share of a total such as `25%`. */
export type IntOrPercent = number | string;

/** The count that is meant. Text that is neither counts as everything, as it does for Helm. */
export function countOf(value: IntOrPercent, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent === undefined) return total;
  const share = (Number(percent) * total) / 100;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}
