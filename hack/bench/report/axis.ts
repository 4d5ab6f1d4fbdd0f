/** Where on the picture a value is. */
export type Place = (value: number) => number;

export interface Axis {
  readonly at: Place;
  readonly ticks: readonly number[];
}

const MOST_TICKS = 9;
const STEPS = [1, 2, 5];

/** Ticks at 1, 2 and 5 times the powers of ten, or at the powers alone where those would be too many. */
export function logarithmicAxis(values: readonly number[], from: number, to: number): Axis {
  const known = values.filter((value) => value > 0);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const ticksAt = (steps: readonly number[]): readonly number[] => {
    const all: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1)
      all.push(...steps.map((step) => step * 10 ** power));
    const least = all.findLast((tick) => tick <= low * 1.000_001) ?? low;
    const most = all.find((tick) => tick >= high * 0.999_999) ?? high;
    return all.filter((tick) => tick >= least && tick <= most);
  };
  const fine = ticksAt(STEPS);
  const ticks = fine.length > MOST_TICKS ? ticksAt([1]) : fine;
  const [first, last] = [Math.log10(ticks[0] ?? low), Math.log10(ticks.at(-1) ?? high)];
  const span = last - first || 1;
  return {
    ticks,
    at: (value) => round(from + ((Math.log10(Math.max(value, 10 ** first)) - first) / span) * (to - from)),
  };
}

/** From zero, so that a small change looks small. */
export function linearAxis(values: readonly number[], from: number, to: number): Axis {
  const high = Math.max(...values, Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(high / MOST_TICKS));
  const step = [...STEPS, 10].map((each) => each * power).find((each) => high / each < MOST_TICKS) ?? high;
  const ticks = Array.from({ length: Math.ceil(high / step) + 1 }, (_, at) => at * step);
  const last = ticks.at(-1) ?? high;
  return { ticks, at: (value) => round(from + (value / last) * (to - from)) };
}

/** A tenth of a pixel is more than anybody sees. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
