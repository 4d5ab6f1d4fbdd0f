import type { Clock } from '../telemetry/clock.ts';

/** Watches over passes: one that gives no sign of life for longer than all that it does may take will never end. */
export interface Vigil {
  /** Of what is looked at, such as `HelmRelease shop/web`. */
  begin(what: string, mayTakeMs: number): Lifeline;
  /** Which pass is stuck, and since when; undefined if none is. */
  trouble(): string | undefined;
}

/** How one pass shows that it gets on. */
export interface Lifeline {
  alive(): void;
  /** From here on it waits for its turn, however long that takes, until what this returns is called. */
  pause(): () => void;
  end(): void;
}

/** For passes that nobody watches. */
export const UNWATCHED: Lifeline = {
  alive: () => undefined,
  pause: () => () => undefined,
  end: () => undefined,
};

interface Watched {
  readonly what: string;
  readonly mayTakeMs: number;
  since: number;
  pauses: number;
}

export function createVigil(clock: Clock): Vigil {
  const watched = new Set<Watched>();
  return {
    begin: (what, mayTakeMs) => {
      const one: Watched = { what, mayTakeMs, since: clock.monotonicMs(), pauses: 0 };
      const alive = (): void => {
        one.since = clock.monotonicMs();
      };
      watched.add(one);
      return {
        alive,
        pause: () => {
          let over = false;
          one.pauses += 1;
          return () => {
            if (over) return;
            over = true;
            one.pauses -= 1;
            alive();
          };
        },
        end: () => {
          watched.delete(one);
        },
      };
    },
    trouble: () => {
      const now = clock.monotonicMs();
      for (const { what, mayTakeMs, since, pauses } of watched) {
        const silentMs = now - since;
        if (pauses > 0 || silentMs <= mayTakeMs) continue;
        const minutes = String(Math.round(silentMs / 60_000));
        return `a pass over ${what} has got nowhere for ${minutes} min`;
      }
      return undefined;
    },
  };
}
