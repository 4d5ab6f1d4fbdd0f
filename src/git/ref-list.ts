/** What a repository offers, by one `git ls-remote`. */
export interface Refs {
  /** Commit of the default branch; absent in an empty repository. */
  readonly head: string | undefined;
  /** Its name, if the server tells. */
  readonly defaultBranch: string | undefined;
  /** Branch names without `refs/heads/`, with their commits. */
  readonly heads: ReadonlyMap<string, string>;
  /** Tag names without `refs/tags/`; an annotated tag stands for the commit it is about. */
  readonly tags: ReadonlyMap<string, string>;
  /** Of annotated tags, the ids of the tags themselves, by the same names. */
  readonly tagObjects: ReadonlyMap<string, string>;
  /** Read over plain http. */
  readonly insecure: boolean;
}

export const LS_REMOTE = [
  'ls-remote',
  '--quiet',
  '--symref',
  'origin',
  'HEAD',
  'refs/heads/*',
  'refs/tags/*',
];

const LINE = /^([0-9a-f]{40,64})\t(.+)$/;
const SYMREF = /^ref: refs\/heads\/(.+)\tHEAD$/;
const PEELED = '^{}';

export function parseRefs(stdout: string, insecure: boolean): Refs {
  const heads = new Map<string, string>();
  const tags = new Map<string, string>();
  const tagObjects = new Map<string, string>();
  let head: string | undefined;
  let defaultBranch: string | undefined;
  for (const line of stdout.split('\n')) {
    defaultBranch ??= SYMREF.exec(line)?.[1];
    const [, id, name] = LINE.exec(line) ?? [];
    if (id === undefined || name === undefined) continue;
    // Patterns of ls-remote match at the end of a name, so others may come along.
    if (name === 'HEAD') head = id;
    else if (name.startsWith('refs/heads/')) heads.set(name.slice(11), id);
    else if (name.startsWith('refs/tags/')) {
      const tag = name.slice(10).replace(PEELED, '');
      const before = tags.get(tag); // the peeled one comes last
      if (name.endsWith(PEELED) && before !== undefined) tagObjects.set(tag, before);
      tags.set(tag, id);
    }
  }
  return { head, defaultBranch, heads, tags, tagObjects, insecure };
}

/** The id of one ref that is neither branch nor tag, such as `refs/pull/1/head`. */
export function parseOneRef(stdout: string, fullName: string): string | undefined {
  const found = stdout.split('\n').find((line) => line.endsWith(`\t${fullName}`));
  return found === undefined ? undefined : LINE.exec(found)?.[1];
}
