import type { Shell } from './shell.ts';

/** A revision as Helm records it. */
export interface HelmRevision {
  readonly revision: number;
  readonly status: string;
  readonly chart: string;
  readonly description: string;
}

/** Asked from Helm itself, oldest first: what the operator says about its own work proves nothing. */
export async function helmHistory(shell: Shell): Promise<readonly HelmRevision[]> {
  return JSON.parse(await shell.ask('helm history shop -o json')) as readonly HelmRevision[];
}
