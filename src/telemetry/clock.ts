/** Time as a parameter, so that tests own it. Only monotonicMs() is fit for measuring how long something took. */
export interface Clock {
  now(): Date;
  /** Milliseconds from an arbitrary start; never goes back, whatever is done to the machine's clock. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};

/** 0 <= x < 1. */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();
