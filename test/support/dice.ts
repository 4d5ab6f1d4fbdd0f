/** Chance that can be repeated: the same seed throws the same numbers. */
export interface Dice {
  /** A whole number from 0 to limit - 1. */
  readonly below: (limit: number) => number;
  readonly flip: () => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
  /** So many different ones of the items, in an order of chance. */
  readonly draw: <T>(items: readonly T[], count: number) => readonly T[];
}

export function createDice(seed: number): Dice {
  const random = mulberry32(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(items: readonly T[]): T => {
    const item = items[below(items.length)];
    if (item === undefined) throw new RangeError('there is nothing to pick from');
    return item;
  };
  return {
    below,
    flip: () => random() < 0.5,
    pick,
    draw: (items, count) => {
      const left = [...items];
      return Array.from({ length: Math.min(count, left.length) }, () => {
        const [item] = left.splice(below(left.length), 1);
        if (item === undefined) throw new RangeError('there is nothing to draw from');
        return item;
      });
    },
  };
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
