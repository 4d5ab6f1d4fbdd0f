import type { SyncSettings } from '../api/gitsync/settings.ts';
import type { CommitFile } from '../git/files.ts';
import type { Git } from '../git/git.ts';
import type { GitRemote } from '../git/remote.ts';
import { type CommitFacts, factsOf } from './fetch/commit-facts.ts';
import { findRevision, type Revision } from './fetch/find-revision.ts';

export type SyncGit = Pick<Git, 'refs' | 'resolve' | 'files' | 'read' | 'lookup' | 'commit' | 'changes'>;

export interface SourcePorts {
  readonly git: SyncGit;
  /** The repository with the credentials of the GitSync's Secret. Throws CredentialsError. */
  readonly remoteOf: (settings: SyncSettings, signal: AbortSignal) => Promise<GitRemote>;
}

/** A repository at the commit that a GitSync means now. */
export interface SyncSource {
  readonly remote: GitRemote;
  readonly revision: Revision;
  /** Whose signature was found good, if that was asked for. */
  readonly signedBy?: string;
  /** Who made the commit, which is fetched for that. */
  readonly facts: () => Promise<CommitFacts>;
  readonly files: (path: string) => Promise<readonly CommitFile[]>;
  readonly read: (files: readonly CommitFile[]) => ReturnType<Git['read']>;
  readonly lookup: (paths: readonly string[]) => ReturnType<Git['lookup']>;
}

/** Throws OperatorErrors. `maxAgeMs`: how old the list of refs may be, which all who use the repository share. */
export async function findSource(
  settings: SyncSettings,
  { git, remoteOf }: SourcePorts,
  { maxAgeMs, signal }: { readonly maxAgeMs: number; readonly signal: AbortSignal },
): Promise<SyncSource> {
  const remote = await remoteOf(settings, signal);
  const revision = await findRevision(git, remote, settings.ref, { maxAgeMs, signal });
  const { commit } = revision;
  return {
    remote,
    revision,
    facts: async () => factsOf(await git.commit(remote, commit, signal)),
    files: (path) => git.files(remote, commit, path, signal),
    read: (files) => git.read(remote, commit, files, signal),
    lookup: (paths) => git.lookup(remote, commit, paths, signal),
  };
}
