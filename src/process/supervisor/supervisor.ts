import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Logger } from '../../telemetry/logger.ts';
import { bootMs } from '../boot-clock.ts';
import { explainNoStart } from '../explain.ts';
import { endChildrenOf, OWNER_VARIABLE } from '../leftovers.ts';
import { orAborted } from '../or-aborted.ts';
import { programBeside } from '../program-beside.ts';
import type { Run, RunResult } from '../run.ts';
import type { Order, Report } from './messages.ts';

export interface SupervisorOptions {
  /** Path of the work directory that owns the children. */
  readonly owner: string;
  readonly log: Logger;
  /** How long children may go on by themselves whose supervisor has died. */
  readonly graceMs?: number;
}

export interface Supervisor {
  readonly run: Run;
  /**
   * Children may run until then, by bootMs(), and are ended if no later time is told before. Never called: for ever.
   */
  readonly holdUntil: (ms: number) => void;
  /** Ends the supervisor; children that still run go on. */
  close(): Promise<void>;
}

type End = Report['end'];

interface Waiting {
  readonly end: (end: End) => void;
  readonly signal: AbortSignal;
}

const GRACE_MS = 10_000;
const KILL_GRACE_MS = 30_000;
/** Of those that may run for a time only. */
const HELD_KILL_GRACE_MS = 3_000;
/** It only passes things on, and memory is counted for every process of the operator. */
const FLAGS = ['--max-semi-space-size=1'];

const PROGRAM = programBeside('supervisor-process', import.meta.url);

const LOST: RunResult = {
  kind: 'failed',
  exitCode: undefined,
  signal: 'SIGKILL',
  stdout: '',
  stderr: '',
  durationMs: 0,
  why: 'was ended, or lost together with the process that had started it',
};

/**
 * Runs children by way of a small process. To start a child, the kernel copies the tables of the starter's memory, and
 * all of Node stands still meanwhile: 20 ms at 300 MB, which a thousand releases need. The supervisor is started when it
 * is needed, also after one that has died; what that one ran has ended before anything new is started.
 */
export function createSupervisor({ owner, log, graceMs = GRACE_MS }: SupervisorOptions): Supervisor {
  const waiting = new Map<number, Waiting>();
  const closing = new AbortController();
  let nextId = 0;
  let current: Promise<ChildProcess> | undefined;
  let untilMs: number | undefined;
  /** Until what a dead one had started has ended: nothing new runs beside it. */
  let clearing: Promise<void> | undefined;

  async function start(): Promise<ChildProcess> {
    const child = fork(PROGRAM, [owner], {
      serialization: 'advanced', // bytes stay bytes
      execArgv: FLAGS,
      env: { [OWNER_VARIABLE]: owner },
      detached: true, // Ctrl-C in a terminal is for the operator, which lets its children end
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(child, 'spawn');
    // Before anything that it is to run.
    if (untilMs !== undefined) tell(child, { kind: 'until', ms: untilMs });
    child.on('message', ({ id, end }: Report) => waiting.get(id)?.end(end));
    child.on('error', (error) => {
      log.warn('the process that starts helm and git cannot be reached', { error: error.message });
    });
    child.once('exit', (code, signal) => {
      current = undefined;
      if (closing.signal.aborted) loseAll();
      else clearing = clear(signal ?? `exit code ${String(code)}`);
    });
    return child;
  }

  /** Its children outlive it, and may be in the middle of a release. */
  async function clear(how: string): Promise<void> {
    log.error('the process that starts helm and git has died', { how, running: waiting.size });
    const isWanted = [...waiting.values()].some(({ signal }) => !signal.aborted);
    const leftMs = untilMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, untilMs - bootMs());
    const limits = {
      graceMs: isWanted ? Math.min(graceMs, leftMs) : 0,
      killGraceMs: untilMs === undefined ? KILL_GRACE_MS : HELD_KILL_GRACE_MS,
    };
    try {
      await endChildrenOf(owner, { ...limits, signal: closing.signal, log });
    } catch (error) {
      log.error('the children of the process that has died cannot be looked for', { error: String(error) });
    } finally {
      loseAll();
      clearing = undefined;
    }
  }

  function loseAll(): void {
    for (const { end } of waiting.values()) end(LOST);
  }

  /** A machine that is out of memory may have some next time. */
  function started(): Promise<ChildProcess> {
    const starting = start();
    starting.catch(() => {
      if (current === starting) current = undefined;
    });
    return starting;
  }

  function tell(child: ChildProcess, order: Order): void {
    child.send(order, () => undefined); // one that cannot be reached has died, which is heard of by its exit
  }

  async function ask(
    child: ChildProcess,
    order: Extract<Order, { kind: 'run' }>,
    signal: AbortSignal,
  ): Promise<End> {
    const { promise, resolve: end } = Promise.withResolvers<End>();
    const stop = (): void => {
      tell(child, { kind: 'stop', id: order.id });
    };
    waiting.set(order.id, { end, signal });
    signal.addEventListener('abort', stop, { once: true });
    try {
      tell(child, order);
      return await promise;
    } finally {
      waiting.delete(order.id);
      signal.removeEventListener('abort', stop);
    }
  }

  return {
    run: async (file, args, { signal, ...options }) => {
      signal.throwIfAborted();
      if (clearing !== undefined) await orAborted(clearing, signal);
      let child: ChildProcess;
      try {
        child = await (current ??= started());
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        return { kind: 'not-started', why: explainNoStart(code, true) };
      }
      signal.throwIfAborted();
      if (!child.connected) return LOST;
      const end = await ask(child, { kind: 'run', id: nextId++, file, args, options }, signal);
      if (end !== 'stopped' && end !== LOST) return end;
      signal.throwIfAborted();
      return LOST;
    },
    holdUntil: (ms) => {
      untilMs = ms;
      current?.then(
        (child) => {
          tell(child, { kind: 'until', ms });
        },
        () => undefined, // the next one is told when it starts
      );
    },
    close: async () => {
      closing.abort();
      await clearing;
      const child = await current?.catch(() => undefined);
      if (child?.connected !== true) return;
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}
