import { ChartUnavailableError } from '../api/errors.ts';
import type { Source } from './mirrors.ts';
import { findRef, isFullId, missingRef, splitSteps } from './ref.ts';
import type { Refs } from './ref-list.ts';

export interface Fresh {
  /** How old the list of refs may be. */
  readonly maxAgeMs: number;
  readonly signal: AbortSignal;
}

/** The full id of the commit that a ref means now. */
export async function resolveRef(source: Source, ref: string, fresh: Fresh): Promise<string> {
  const { name, steps } = splitSteps(ref.trim());
  const commit = isFullId(name)
    ? await peel(source, name.toLowerCase(), fresh.signal)
    : await resolveName(source, name, fresh);
  if (steps === '') return commit;
  const stepped = await source.mirror.find(commit + steps, fresh.maxAgeMs, fresh.signal);
  if (stepped !== undefined) return stepped;
  const { shown } = source.endpoint.url;
  throw new ChartUnavailableError(
    `the history of '${name}' in repository ${shown} does not go back to '${ref}'`,
  );
}

/** An id may be that of an annotated tag. It needs no list of refs: the download shows whether it is there. */
async function peel({ endpoint, mirror }: Source, id: string, signal: AbortSignal): Promise<string> {
  const commit = await mirror.commitOf(id, signal);
  if (commit !== undefined) return commit;
  throw new ChartUnavailableError(`the object ${id} of repository ${endpoint.url.shown} is not a commit`);
}

async function resolveName({ endpoint, refs, mirror }: Source, name: string, fresh: Fresh): Promise<string> {
  const { maxAgeMs, signal } = fresh;
  const { shown } = endpoint.url;
  const known = await refs.get(maxAgeMs, signal);
  const found = findRef(known, name);
  switch (found.kind) {
    case 'commit':
      return found.id;
    case 'short': {
      const id = byPrefix(known, found.prefix) ?? (await mirror.find(found.prefix, maxAgeMs, signal));
      if (id !== undefined) return id;
      throw new ChartUnavailableError(
        `${missingRef(known, name, shown)}; as a short commit id it means none or more than one: give all its digits`,
      );
    }
    case 'other': {
      const id = await refs.other(found.fullName, signal);
      if (id !== undefined) return id;
      throw new ChartUnavailableError(missingRef(known, name, shown));
    }
  }
}

/** Saves the download of a whole history when the short id is that of a branch or tag. */
function byPrefix(refs: Refs, prefix: string): string | undefined {
  const ids = new Set([...refs.heads.values(), ...refs.tags.values()].filter((id) => id.startsWith(prefix)));
  return ids.size === 1 ? [...ids][0] : undefined;
}
