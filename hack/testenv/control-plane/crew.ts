import { setTimeout as delay } from 'node:timers/promises';
import { startComponent } from './component.ts';
import type { Component, ComponentSpec } from './component.ts';
import { signalProcess } from './proc.ts';
import { readState, writeState } from './state.ts';

const POLL_MS = 30;

/** The processes of one control plane while it starts: launches them, records them, notices when one ends. */
export class Crew {
  readonly lastPort: number | undefined;
  readonly #dir: string;
  readonly #timeoutMs: number;
  readonly #members = new Set<Component>();
  #port: number | undefined;

  constructor(dir: string, timeoutMs: number) {
    this.#dir = dir;
    this.#timeoutMs = timeoutMs;
    this.lastPort = readState(dir).port;
    this.#port = this.lastPort;
  }

  async launch(spec: ComponentSpec, port?: number): Promise<Component> {
    const component = await startComponent(this.#dir, spec);
    this.#members.add(component);
    this.#port = port ?? this.#port;
    const processes = [...this.#members].map(({ name, pid, startTime }) => ({ name, pid, startTime }));
    writeState(this.#dir, this.#port === undefined ? { processes } : { port: this.#port, processes });
    return component;
  }

  /** Takes out a member that ended, so that its end is no failure of the crew. */
  forget(component: Component): void {
    this.#members.delete(component);
  }

  pids(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#members].map(({ name, pid }) => [name, pid]));
  }

  /** Waits until `check` holds; throws when a member has ended, or `what` has not happened in time. */
  async until(what: string, check: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + this.#timeoutMs;
    for (;;) {
      for (const member of this.#members) {
        const failure = member.failure();
        if (failure !== undefined) throw new Error(failure);
      }
      if (await check()) return;
      if (performance.now() > deadline) {
        const seconds = this.#timeoutMs / 1000;
        throw new Error(`${what} did not happen within ${seconds} s, see the logs in ${this.#dir}/logs`);
      }
      await delay(POLL_MS);
    }
  }

  /** For `process.on('exit')`: ends every member without waiting. */
  readonly kill = (): void => {
    for (const member of this.#members) signalProcess(member, 'SIGKILL');
  };
}
