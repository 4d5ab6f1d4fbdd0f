import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.ts';
import { run } from '../support/run.ts';
import type { World } from './world.ts';

type Values = Readonly<Record<string, unknown>>;

/** Somebody who works with helm by hand, beside the operator, on releases of the chart `web`. */
export interface ForeignHelm {
  readonly install: (release: string, values: Values, ...options: readonly string[]) => Promise<string>;
  readonly upgrade: (release: string, values: Values, ...options: readonly string[]) => Promise<string>;
  readonly rollback: (release: string, revision: number) => Promise<string>;
  readonly uninstall: (release: string) => Promise<string>;
  readonly history: (release: string) => Promise<readonly HistoryRow[]>;
  /** Kills helm with SIGKILL while its newest revision has the status. */
  readonly interrupt: (status: string, command: Command) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A revision as helm itself reads it. */
export interface HistoryRow {
  readonly revision: number;
  readonly status: string;
  readonly description: string;
}

export interface Command {
  readonly verb: 'install' | 'upgrade' | 'uninstall';
  readonly release: string;
  readonly values?: Values;
}

const CHART = fileURLToPath(new URL('../fixtures/charts/web', import.meta.url));

export async function startForeignHelm(world: World, namespace: string): Promise<ForeignHelm> {
  const home = await mkdtemp(join(tmpdir(), 'foreign-helm-'));
  const env = { HOME: home, KUBECONFIG: world.cluster.kubeconfig };
  const target = ['--namespace', namespace];

  async function argumentsFor({ verb, release, values = {} }: Command): Promise<readonly string[]> {
    if (verb === 'uninstall') return [verb, release, ...target];
    const file = join(home, `${release}.json`);
    await writeFile(file, JSON.stringify(values));
    return [verb, release, CHART, ...target, '--values', file];
  }
  const helm = (...args: readonly string[]): Promise<string> => run(world.helm, args, { env });

  return {
    install: async (release, values, ...options) =>
      await helm(...(await argumentsFor({ verb: 'install', release, values })), ...options),
    upgrade: async (release, values, ...options) =>
      await helm(...(await argumentsFor({ verb: 'upgrade', release, values })), ...options),
    rollback: (release, revision) => helm('rollback', release, String(revision), ...target),
    uninstall: async (release) => await helm(...(await argumentsFor({ verb: 'uninstall', release }))),
    history: async (release) =>
      JSON.parse(await helm('history', release, ...target, '-o', 'json')) as readonly HistoryRow[],
    interrupt: async (status, command) => {
      const child = spawn(world.helm, await argumentsFor(command), { env, stdio: 'ignore' });
      const ended = once(child, 'exit');
      await eventually(async () => {
        const newest = (await world.revisions(namespace, command.release)).at(-1)?.status ?? 'absent';
        if (newest !== status) throw new Error(`the newest revision of ${command.release} is ${newest}`);
      });
      child.kill('SIGKILL');
      await ended;
    },
    stop: () => rm(home, { recursive: true, force: true }),
  };
}
