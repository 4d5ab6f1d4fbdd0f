import type { GitSync } from '../api/gitsync/git-sync.ts';
import { repositoryKey } from '../git/repository-key.ts';

/** Repository and ref: GitSyncs for which this is the same read the same commits. */
export function sourceKey({ spec: { url, ref } }: GitSync): string {
  const { branch, tag, semver, commit } = ref ?? {};
  return JSON.stringify([repositoryKey(url) ?? url, branch, tag, semver, commit]);
}
