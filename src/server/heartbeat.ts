import type { Clock } from '../telemetry/clock.ts';

/** Whether the process still comes to do its work, measured by a timer that does nothing else. */
export interface Heartbeat {
  /** Why the process counts as stuck; undefined while it does not. */
  trouble(): string | undefined;
  stop(): void;
}

const INTERVAL_MS = 1_000;
/** A beat that comes so much later says that something kept everything else from running. */
const LATE_MS = 5_000;
/** One late beat alone is a machine that was suspended, or that had too much to do for a moment. */
const LATE_BEATS = 3;

export function startHeartbeat(clock: Clock): Heartbeat {
  let last = clock.monotonicMs();
  let lateInARow = 0;
  let longestMs = 0;
  const lag = (): number => clock.monotonicMs() - last - INTERVAL_MS;
  const timer = setInterval(() => {
    const lagMs = lag();
    last = clock.monotonicMs();
    lateInARow = lagMs > LATE_MS ? lateInARow + 1 : 0;
    longestMs = lateInARow === 0 ? 0 : Math.max(longestMs, lagMs);
  }, INTERVAL_MS);
  timer.unref();
  return {
    trouble: () => {
      const lagMs = lag();
      // A question that is answered before the beat that is due counts that beat.
      const beats = lagMs > LATE_MS ? lateInARow + 1 : lateInARow;
      if (beats < LATE_BEATS) return undefined;
      const seconds = Math.round(Math.max(longestMs, lagMs) / 1_000);
      return `the event loop is blocked, again and again, for up to ${String(seconds)} s`;
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}
