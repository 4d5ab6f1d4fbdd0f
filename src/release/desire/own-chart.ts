import type { ChartSourceSettings, OwnCommitSource } from '../../api/chart-source.ts';
import { ChartUnavailableError, InvalidSpecError, type OperatorError } from '../../api/errors.ts';
import { SYNC_RECONCILE_AT_ANNOTATION } from '../../api/names.ts';
import type { GitRemote } from '../../git/remote.ts';
import { nameOfUser } from '../../kube/impersonate.ts';
import type { Account } from '../plan.ts';
import type { FoundSource } from './found-source.ts';

/** The commit that a HelmRelease came with, as far as it is proved by the GitSync that applied it. */
export type OwnCommit =
  | {
      readonly kind: 'commit';
      readonly remote: GitRemote;
      readonly commit: string;
      readonly account: Account;
    }
  /** `why` completes "waiting for ...": the release is woken when more is known. */
  | { readonly kind: 'not-known-yet'; readonly why: string }
  | { readonly kind: 'none' };

/** Throws an OperatorError where the credentials of the GitSync cannot be had. */
export type OwnCommitOf = (source: OwnCommitSource, signal: AbortSignal) => Promise<OwnCommit>;

/**
 * The chart in the commit of its manifest: it is read with what the GitSync may read, and released with what its account may
 * do, so nothing counts that somebody may have written on the HelmRelease. `account`: the one that is named there, which may be no
 * other.
 */
export async function ownChart(
  { account, ...source }: OwnCommitSource & { readonly account: string | undefined },
  ownCommitOf: OwnCommitOf,
  signal: AbortSignal,
): Promise<FoundSource | Extract<OwnCommit, { kind: 'not-known-yet' }>> {
  const own = await ownCommitOf(source, signal);
  switch (own.kind) {
    case 'commit': {
      if (account !== undefined && account !== own.account.user) throw otherAccount(account, own.account);
      const { path, skipDepUpdate } = source;
      const chart = { kind: 'git', ...own.remote, ref: own.commit, path, skipDepUpdate } as const;
      return { kind: 'found', source: chart, account: own.account };
    }
    case 'not-known-yet':
      return own;
    case 'none':
      throw new InvalidSpecError(
        'spec.chart.path alone is a folder of the commit that the HelmRelease came with, and no GitSync holds this HelmRelease: set spec.chart.git, or commit it to the path of a GitSync',
      );
  }
}

/** Whoever chooses the account chooses what the chart may do, and that is for the GitSync to say. */
function otherAccount(named: string, { sync = '', user }: Account): OperatorError {
  return new InvalidSpecError(
    `spec.serviceAccountName means ${nameOfUser(named)}, but the chart is in the commit of GitSync ${sync}, and is released as ${nameOfUser(user)} like all that comes with it: remove spec.serviceAccountName, or set spec.chart.git`,
  );
}

/** A commit may be gone for good, while the chart is the same in the next one. */
export function toldOfLostCommit(error: OperatorError, source: ChartSourceSettings): OperatorError {
  const isLost = source.kind === 'own-commit' && error.message.includes(' has no commit ');
  if (!isLost) return error;
  return new ChartUnavailableError(
    `${error.message} (to have the chart taken from the newest commit, set the annotation ${SYNC_RECONCILE_AT_ANNOTATION} of the GitSync to any new text)`,
  );
}
