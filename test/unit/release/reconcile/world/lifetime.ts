/** Stands for SIGKILL: from then on nothing that the operator does has an effect. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** The life of one operator process. Whatever changes the world asks it first, so that it can end before any of them. */
export interface Lifetime {
  readonly signal: AbortSignal;
  /** Throws if the process is dead, or dies now. */
  readonly effect: () => void;
}

/** Lives for ever, or until it has had so many effects. */
export function createLifetime(effects = Number.POSITIVE_INFINITY): Lifetime {
  const controller = new AbortController();
  let left = effects;
  return {
    signal: controller.signal,
    effect: () => {
      if (left-- <= 0) controller.abort(new Killed('the operator was killed'));
      controller.signal.throwIfAborted();
    },
  };
}

/** Takes down what was changed in the world, in words. */
export interface Effects {
  readonly push: (what: string) => unknown;
}
