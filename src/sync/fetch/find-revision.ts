import { ChartUnavailableError, InvalidSpecError } from '../../api/errors.ts';
import type { WantedRef } from '../../api/gitsync/settings.ts';
import { pickVersion } from '../../charts/versions/pick.ts';
import type { Git } from '../../git/git.ts';
import type { Refs } from '../../git/ref-list.ts';
import type { GitRemote } from '../../git/remote.ts';
import type { Fresh } from '../../git/resolve.ts';

/** The commit that a GitSync means now. */
export interface Revision {
  readonly commit: string;
  /** For people and for status: `main@sha1:6f1ed0...`. */
  readonly shown: string;
  /** Read over plain http. */
  readonly insecure: boolean;
  readonly tag?: NamedTag;
}

/** The tag that a GitSync means, if it means one. */
export interface NamedTag {
  readonly name: string;
  /** The id of the tag itself; absent for one that is only a name of a commit. */
  readonly object?: string;
}

/** Throws an OperatorError if the repository cannot be read, or has no such ref. */
export async function findRevision(
  git: Pick<Git, 'refs' | 'resolve'>,
  remote: GitRemote,
  ref: WantedRef,
  fresh: Fresh,
): Promise<Revision> {
  // The list that was just asked for: another one might not go with it.
  const asKnown = { ...fresh, maxAgeMs: Number.POSITIVE_INFINITY };
  switch (ref.kind) {
    case 'default': {
      const { defaultBranch } = await git.refs(remote, fresh);
      return named(defaultBranch ?? 'HEAD', await git.resolve(remote, '', asKnown));
    }
    // The full names: a branch and a tag may be called the same.
    case 'branch':
      return named(ref.value, await git.resolve(remote, `refs/heads/${ref.value}`, fresh));
    case 'tag': {
      const refs = await git.refs(remote, fresh);
      const known = refs.tags.has(ref.value) ? asKnown : fresh;
      return tagged(ref.value, refs, await git.resolve(remote, `refs/tags/${ref.value}`, known));
    }
    case 'commit':
      return named('', await git.resolve(remote, ref.value, fresh));
    case 'semver': {
      const refs = await git.refs(remote, fresh);
      const tag = newestTag(refs, ref.value);
      return tagged(tag, refs, await git.resolve(remote, `refs/tags/${tag}`, asKnown));
    }
  }
}

function newestTag({ tags }: Refs, range: string): string {
  const pick = pickVersion(
    [...tags.keys()].map((version) => ({ version })),
    range,
  );
  switch (pick.kind) {
    case 'found':
      return pick.candidate.version;
    case 'improper':
      throw new InvalidSpecError(
        `spec.ref.semver ${JSON.stringify(range)} is no range of versions: set one such as ^1.2 or ">=1 <2"`,
      );
    case 'none':
      throw new ChartUnavailableError(
        pick.newest.length === 0
          ? 'the repository has no tag that is a version: create one, or name a branch in spec.ref'
          : `no tag is a version in ${JSON.stringify(range)}: the newest are ${pick.newest.join(', ')}`,
      );
  }
}

function tagged(name: string, { tagObjects }: Refs, found: Omit<Revision, 'shown'>): Revision {
  const object = tagObjects.get(name);
  return { ...named(name, found), tag: { name, ...(object === undefined ? {} : { object }) } };
}

function named(name: string, { commit, insecure }: Omit<Revision, 'shown'>): Revision {
  const hash = commit.length === 64 ? 'sha256' : 'sha1';
  return { commit, insecure, shown: `${name}${name === '' ? '' : '@'}${hash}:${commit}` };
}
