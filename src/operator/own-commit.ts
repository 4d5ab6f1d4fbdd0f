import { asOperatorError, CredentialsError } from '../api/errors.ts';
import type { GitSync } from '../api/gitsync/git-sync.ts';
import type { IgnoreRule } from '../api/gitsync/ignore.ts';
import { accountOf, syncSettingsOf } from '../api/gitsync/settings.ts';
import { formatKey, parseKey } from '../api/metadata.ts';
import { GROUP, KIND } from '../api/names.ts';
import type { GitRemote } from '../git/remote.ts';
import type { OwnCommit, OwnCommitOf } from '../release/desire/own-chart.ts';
import type { Claims } from '../sync/claims.ts';
import { ignoredOf } from '../sync/desire/ignore-fields.ts';
import { chartPlace } from '../sync/inventory/charts.ts';
import type { SourcePorts } from '../sync/source.ts';
import { specDigest } from '../sync/spec-digest.ts';

export interface OwnCommitOptions {
  readonly claims: Claims;
  /** The GitSync as it is known; undefined where there is none. */
  readonly find: (sync: string) => GitSync | undefined;
  /** Whether all GitSyncs are known. */
  readonly isSynced: () => boolean;
  readonly remoteOf: SourcePorts['remoteOf'];
  readonly digestKey: Buffer;
}

/**
 * The commit of a HelmRelease, if the inventory of the GitSync that it names holds it, by its UID, with a chart at this path of this
 * commit, and with the spec that Git has. The repository is read with what the GitSync may read, and the chart released with what
 * its account may do, so whoever may edit HelmReleases must not be able to choose what of it, where to, or with which values.
 */
export function createOwnCommitOf(options: OwnCommitOptions): OwnCommitOf {
  const { claims, find, isSynced, remoteOf, digestKey } = options;
  return async ({ path, said }, signal): Promise<OwnCommit> => {
    const { release, uid, commit, spec } = said;
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
    const { remote, ignore } = await readAs(sync, key, remoteOf, signal);
    const ignored = ignoredOf(ignore, { group: GROUP, kind: KIND, ...parseKey(release) });
    if (claim.spec !== specDigest(spec, ignored, digestKey)) {
      const why = `GitSync ${key}, which has another spec for it in Git: commit what was changed or added by hand, or take it back, or set spec.chart.git`;
      return { kind: 'not-known-yet', why };
    }
    return { kind: 'commit', commit, remote, account: { sync: key, user: accountOf(sync) } };
  };
}

function notLookedAt(sync: string): OwnCommit {
  return { kind: 'not-known-yet', why: `GitSync ${sync}, which has not been looked at yet` };
}

/** The HelmRelease names no Secret: its reader has to be told whose is wrong. */
async function readAs(
  sync: GitSync,
  key: string,
  remoteOf: SourcePorts['remoteOf'],
  signal: AbortSignal,
): Promise<{ readonly remote: GitRemote; readonly ignore: readonly IgnoreRule[] }> {
  try {
    const settings = syncSettingsOf(sync);
    return { remote: await remoteOf(settings, signal), ignore: settings.ignore };
  } catch (caught) {
    signal.throwIfAborted();
    const error = asOperatorError(caught);
    throw new CredentialsError(`GitSync ${key}: ${error.message}`, { cause: error.cause });
  }
}
