import { asOperatorError, describe, ValuesError } from '../api/errors.ts';
import type { ValuesSource } from '../api/values-sources.ts';
import { inlineValuesOf } from './inline.ts';
import { loadSource, type LoadedSource, type ValuesFile } from './load-source.ts';
import { secretLeaves } from './mask.ts';
import { mergeValues, type ValuesMap } from './merge.ts';
import type { ValuesReaders } from './read-source.ts';
import { RoomError } from './room-error.ts';

/** The user's values of one release, ready for helm. */
export interface Values {
  /** For `-f`, in rising priority; the inline values come after all of them. */
  readonly files: readonly ValuesFile[];
  readonly inline: ValuesMap | undefined;
  /**
   * What all of them come to, as helm merges them: for the digest and for comparing, never for helm. An integer that
   * helm would round is a bigint here, so this is no JSON; see `canonicalJson` and `canonicalJsonInHelm`.
   */
  readonly merged: ValuesMap;
  /** What the author should hear of although the release goes on; each a sentence. */
  readonly warnings: readonly string[];
  /** Texts that must not be shown anywhere, longest first. */
  readonly secrets: readonly string[];
}

/** Over all sources of one release, so that a long list of them cannot fill the memory. */
export const MAX_TOTAL_BYTES = 16 * 1024 * 1024;
/** A message names this many of the sources that are wrong; the others show when these are mended. */
const MAX_NAMED_PROBLEMS = 3;

/**
 * Reads all sources in order and puts `spec.values` on top. Throws one ValuesError that names every source that is
 * missing or wrong; what to watch then is known from `valuesReferences(sources)`. Throws a RoomError that says how large
 * all documents are if that is more than `maxBytes`.
 */
export async function composeValues(
  sources: readonly ValuesSource[],
  inline: unknown,
  readers: ValuesReaders,
  signal: AbortSignal,
  maxBytes = MAX_TOTAL_BYTES,
): Promise<Values> {
  const loaded = await loadAll(sources, readers, signal, maxBytes);
  const own = inlineValuesOf(inline);
  const files = loaded.map(({ file }) => file).filter((file) => file !== undefined);
  const documents = loaded.flatMap((source) => source.documents);
  return {
    files,
    inline: own.values,
    merged: [...documents, own.values ?? {}].reduce<ValuesMap>(mergeValues, {}),
    warnings: [...loaded.flatMap(({ warnings }) => warnings), ...own.warnings],
    secrets: secretLeaves(
      loaded.filter(({ file }) => file?.secret === true).flatMap((source) => source.documents),
    ),
  };
}

class TooManyBytesError extends ValuesError {}

/**
 * One after the other: memory stays bounded, and the first problem named is the first in the spec. When they come to more
 * than `maxBytes` nothing is kept, and of the others only the size is looked at.
 */
async function loadAll(
  sources: readonly ValuesSource[],
  readers: ValuesReaders,
  signal: AbortSignal,
  maxBytes: number,
): Promise<readonly LoadedSource[]> {
  const loaded: LoadedSource[] = [];
  const problems: Error[] = [];
  let total = 0;
  const count = (bytes: number): void => {
    total += bytes;
    if (total > MAX_TOTAL_BYTES)
      throw new TooManyBytesError('all sources of values together are larger than 16 MiB');
    if (total > maxBytes) throw new RoomError(total);
  };
  for (const source of sources) {
    signal.throwIfAborted();
    try {
      loaded.push(await loadSource(source, readers, count, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TooManyBytesError) throw error;
      if (error instanceof RoomError) {
        loaded.length = 0;
        continue;
      }
      problems.push(asOperatorError(error));
      if (problems.length === MAX_NAMED_PROBLEMS) break;
    }
  }
  if (total > maxBytes) throw new RoomError(total);
  const [first, ...others] = problems;
  if (first === undefined) return loaded;
  throw others.length === 0
    ? first
    : new ValuesError(problems.map((problem) => describe(problem)).join('; '));
}
