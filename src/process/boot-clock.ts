import { uptime } from 'node:os';

/**
 * Milliseconds since the machine was started, in steps of ten, the same for all of its processes. Unlike the clock of
 * timers it goes on while the machine sleeps, as those of all others do.
 */
export function bootMs(): number {
  return uptime() * 1000;
}
