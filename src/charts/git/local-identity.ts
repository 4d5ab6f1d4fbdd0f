import { posix } from 'node:path';
import { OperatorError } from '../../api/errors.ts';
import { keyOf } from '../source.ts';
import type { Checkout } from './checkout.ts';
import { placeOf } from './dependency-place.ts';
import { folderKey, MAX_DEPTH, metadataOf, type PlanOptions } from './plan.ts';

export interface LocalIdentityOptions extends Pick<PlanOptions, 'checkout' | 'known' | 'urlOfAlias'> {
  /** Whether what a chart depends on in other folders belongs to it. */
  readonly withFolders: boolean;
  readonly signal: AbortSignal;
}

export interface LocalIdentity {
  readonly text: string;
  /** The tree of the folder is all that there is: no link leads out of it, and no dependency. */
  readonly isWhole: boolean;
}

/** What cannot be read reads the same in each commit. */
const UNREADABLE = 'unreadable';

/**
 * What a chart consists of inside of its repository: its folder, and those that it depends on by file://. What is wrong with it is
 * for whoever packages it to say. `above` are the folders whose charts this one is part of.
 */
export async function localIdentity(
  path: string,
  o: LocalIdentityOptions,
  above: readonly string[] = [],
): Promise<LocalIdentity> {
  const here = posix.normalize(path);
  const unreadable = { text: keyOf([here, UNREADABLE]), isWhole: false };
  if (above.includes(here) || above.length > MAX_DEPTH) return unreadable;
  const found = await unlessWrong(() => o.checkout.identity(path), o.signal);
  if (found === undefined) return unreadable;
  const identity = folderKey(here, found);
  const folders = o.withFolders
    ? ((await unlessWrong(() => foldersOf(path, identity, o), o.signal)) ?? [])
    : [];
  const parts: string[] = [];
  for (const folder of folders) parts.push((await localIdentity(folder, o, [...above, here])).text);
  return { text: keyOf([identity, ...parts]), isWhole: found.linked.length + folders.length === 0 };
}

async function foldersOf(
  path: string,
  identity: string,
  {
    checkout,
    known,
    urlOfAlias,
  }: Pick<LocalIdentityOptions, 'known' | 'urlOfAlias'> & {
    readonly checkout: Checkout;
  },
): Promise<readonly string[]> {
  const { dependencies } = await metadataOf(path, identity, { checkout, known });
  return dependencies
    .map((each) => placeOf(each, { path, subject: checkout.subject(path), urlOfAlias }))
    .flatMap((place) => (place.kind === 'folder' ? [place.path] : []));
}

async function unlessWrong<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await work();
  } catch (caught) {
    signal.throwIfAborted();
    if (!(caught instanceof OperatorError)) throw caught;
    return undefined;
  }
}
