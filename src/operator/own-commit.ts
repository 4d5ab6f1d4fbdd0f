import { asOperatorError, CredentialsError } from '../api/errors.ts';
import type { GitSync } from '../api/gitsync/git-sync.ts';
import { accountOf, syncSettingsOf } from '../api/gitsync/settings.ts';
import { formatKey } from '../api/metadata.ts';
import type { GitRemote } from '../git/remote.ts';
import type { OwnCommit, OwnCommitOf } from '../release/desire/own-chart.ts';
import type { Claims } from '../sync/claims.ts';
import { chartPlace } from '../sync/inventory/charts.ts';
import type { SourcePorts } from '../sync/source.ts';

export interface OwnCommitOptions {
  readonly claims: Claims;
  /** The GitSync as it is known; undefined where there is none. */
  readonly find: (sync: string) => GitSync | undefined;
  /** Whether all GitSyncs are known. */
  readonly isSynced: () => boolean;
  readonly remoteOf: SourcePorts['remoteOf'];
}

/**
 * The commit of a HelmRelease, if the inventory of the GitSync that it names holds it, by its UID, with a chart at this path of this
 * commit. The repository is read with what the GitSync may read, so whoever may edit HelmReleases must not be able to choose
 * what of it.
 */
export function createOwnCommitOf({ claims, find, isSynced, remoteOf }: OwnCommitOptions): OwnCommitOf {
  return async ({ path, said }, signal): Promise<OwnCommit> => {
    const { release, uid, commit } = said;
    if (said.sync === undefined) return { kind: 'none' };
    const key = formatKey(said.sync);
    const sync = find(key);
    if (sync === undefined) return isSynced() ? { kind: 'none' } : notLookedAt(key);
    const claim = claims.find(key, release);
    if (claim === undefined) return claims.knows(key) ? { kind: 'none' } : notLookedAt(key);
    const proved = uid !== undefined && claim.uid === uid;
    if (!proved || commit === undefined || !claim.charts.includes(chartPlace(commit, path))) {
      const why = `GitSync ${key}, which has not applied it with this chart: commit the path, or set spec.chart.git`;
      return { kind: 'not-known-yet', why };
    }
    const account = { sync: key, user: accountOf(sync) };
    return { kind: 'commit', commit, remote: await remoteAs(sync, key, remoteOf, signal), account };
  };
}

function notLookedAt(sync: string): OwnCommit {
  return { kind: 'not-known-yet', why: `GitSync ${sync}, which has not been looked at yet` };
}

/** The HelmRelease names no Secret: its reader has to be told whose is wrong. */
async function remoteAs(
  sync: GitSync,
  key: string,
  remoteOf: SourcePorts['remoteOf'],
  signal: AbortSignal,
): Promise<GitRemote> {
  try {
    return await remoteOf(syncSettingsOf(sync), signal);
  } catch (caught) {
    signal.throwIfAborted();
    const error = asOperatorError(caught);
    throw new CredentialsError(`GitSync ${key}: ${error.message}`, { cause: error.cause });
  }
}
