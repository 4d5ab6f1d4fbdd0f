import { bootMs } from '../boot-clock.ts';
import { killGroup, stopGroup } from '../group.ts';

/** Until when children may run. Without a word of it, for ever. */
export interface Curfew {
  /** A child has been started, by the leader of its process group; what is returned is to be called when that has ended. */
  readonly started: (leader: number) => () => void;
  /** Children may run until then, by bootMs(). Once that is over it is over for good: whoever leads next may have begun. */
  readonly extend: (untilMs: number) => void;
  readonly isOver: () => boolean;
}

export interface CurfewOptions {
  readonly nowMs?: () => number;
  /** From SIGTERM to SIGKILL. A lease is free five seconds after its holder gives up: by then all must have ended. */
  readonly killGraceMs?: number;
}

const KILL_GRACE_MS = 3_000;
/** A timer stands still while the machine sleeps. */
const LOOK_EVERY_MS = 1_000;

export function createCurfew({ nowMs = bootMs, killGraceMs = KILL_GRACE_MS }: CurfewOptions = {}): Curfew {
  const leaders = new Set<number>();
  let untilMs = Number.POSITIVE_INFINITY;
  let over = false;
  let timer: NodeJS.Timeout | undefined;

  /** Asked before each start too: after this process itself stood still, an order may be read before the timer is. */
  const isOver = (): boolean => {
    if (!over && nowMs() >= untilMs) {
      over = true;
      end(nowMs() - untilMs);
    }
    return over;
  };
  /** Whoever notices so late that another one may have begun gives no time any more. */
  const end = (lateMs: number): void => {
    clearTimeout(timer);
    const kill = (): void => {
      for (const leader of leaders) killGroup(leader);
    };
    if (lateMs >= killGraceMs) {
      kill();
      return;
    }
    for (const leader of leaders) stopGroup(leader);
    timer = setTimeout(kill, killGraceMs - lateMs);
    timer.unref();
  };
  const look = (): void => {
    if (isOver()) return;
    timer = setTimeout(look, Math.max(1, Math.min(untilMs - nowMs(), LOOK_EVERY_MS)));
    timer.unref();
  };

  return {
    started: (leader) => {
      leaders.add(leader);
      // It was started while the time ran out.
      if (over) killGroup(leader);
      return () => leaders.delete(leader);
    },
    extend: (ms) => {
      if (isOver()) return;
      untilMs = ms;
      clearTimeout(timer);
      look();
    },
    isOver,
  };
}
