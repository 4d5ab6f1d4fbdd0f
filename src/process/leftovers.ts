import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../telemetry/logger.ts';
import { isAlive, type ProcessIdentity, processesWith } from './proc.ts';

/** In the environment of every child that run() starts; its value is the work directory of the process that did. */
export const OWNER_VARIABLE = 'HELM_RELEASE_OPERATOR_OWNER';

export interface EndOptions {
  /** How long they may go on by themselves: a helm near its end had better reach it. */
  readonly graceMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly killGraceMs: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

const LOOK_EVERY_MS = 50;

/**
 * Ends the children of an owner that is dead and returns once none is left: first it waits for them, then SIGTERM, then
 * SIGKILL. Their processes are found by environment, since their parent's number is gone with the parent.
 */
export async function endChildrenOf(owner: string, options: EndOptions): Promise<void> {
  const { graceMs, killGraceMs, signal, log } = options;
  const look = (): Promise<readonly ProcessIdentity[]> => processesWith(`${OWNER_VARIABLE}=${owner}`);
  if ((await look()).length === 0) return;

  log.info('waiting for child processes of an operator that has died', { owner, seconds: graceMs / 1000 });
  for (const [step, patienceMs] of [
    [undefined, graceMs],
    ['SIGTERM', killGraceMs],
    ['SIGKILL', killGraceMs],
  ] as const) {
    if (step !== undefined) {
      const left = await look();
      log.warn('ending child processes of an operator that has died', {
        owner,
        signal: step,
        count: left.length,
      });
      await Promise.all(left.map((child) => send(child, step)));
    }
    if (await gone(look, patienceMs, signal)) return;
  }
  log.error('child processes of an operator that has died cannot be ended', { owner });
}

async function gone(
  look: () => Promise<readonly ProcessIdentity[]>,
  patienceMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    if ((await look()).length === 0) return true;
    if (waitedMs >= patienceMs) return false;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function send(child: ProcessIdentity, signal: NodeJS.Signals): Promise<void> {
  if (!(await isAlive(child))) return;
  try {
    process.kill(child.pid, signal);
  } catch {
    // It ended in between.
  }
}
