import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeRequest, OTHERS } from './audit-event.ts';

/** Requests in the words `who verb resource`, and how many of each. */
export type RequestCounts = Readonly<Record<string, number>>;

export interface AuditLog {
  /** All requests since the last call. Waits until nobody whom a phase is about asks for anything, a few seconds at most. */
  take(): Promise<RequestCounts>;
}

const QUIET_MS = 300;
const QUIET_ROUNDS = 2;
const POLL_MS = 20;
/** What goes on for longer, such as tries of what cannot succeed, is not what a phase set off. */
const WINDOW_MS = 5_000;
const TIMEOUT_MS = 60_000;

/** Reads what the API server writes down of every request, from one phase to the next. */
export function readAuditLog(
  path: string,
  ask: (path: string) => Promise<unknown>,
  windowMs = WINDOW_MS,
): AuditLog {
  let offset = 0;
  let marks = 0;

  /** Counts up to the marker; undefined if that is not there yet. */
  const readTo = async (marker: string): Promise<RequestCounts | undefined> => {
    const counts: Record<string, number> = {};
    const input = createReadStream(path, { start: offset });
    let read = 0;
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      read += Buffer.byteLength(line) + 1;
      if (line.includes(marker)) {
        input.destroy();
        offset += read;
        return counts;
      }
      const what = describeRequest(line);
      if (what !== undefined) counts[what] = (counts[what] ?? 0) + 1;
    }
    return undefined;
  };

  /** All that was answered before now. */
  const readToNow = async (): Promise<RequestCounts> => {
    const deadline = performance.now() + TIMEOUT_MS;
    marks += 1;
    const marker = `bench-marker=${String(marks)}.`;
    await ask(`/version?${marker}`);
    for (;;) {
      const counts = await readTo(marker);
      if (counts !== undefined) return counts;
      if (performance.now() > deadline) throw new Error(`the API server writes nothing into ${path}`);
      await sleep(POLL_MS);
    }
  };

  return {
    take: async () => {
      const deadline = performance.now() + windowMs;
      const all: Record<string, number> = {};
      let quiet = 0;
      for (;;) {
        const counts = await readToNow();
        for (const [what, count] of Object.entries(counts)) all[what] = (all[what] ?? 0) + count;
        quiet = Object.keys(counts).some(isWork) ? 0 : quiet + 1;
        if (quiet === QUIET_ROUNDS || performance.now() > deadline) return all;
        await sleep(QUIET_MS);
      }
    },
  };
}

function isWork(what: string): boolean {
  const [who = '', , resource] = what.split(' ');
  return !OTHERS.has(who) && resource !== 'leases';
}
