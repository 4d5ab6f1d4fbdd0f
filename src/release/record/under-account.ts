import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import type { Plan } from '../plan.ts';

/** By whose rights helm works, written before it does: what is uninstalled later is by them, without a plan. */
export function underAccount(
  { account: _before, ...status }: HelmReleaseStatus,
  { account }: Pick<Plan, 'account'>,
): HelmReleaseStatus {
  return account === undefined ? status : { ...status, account: account.user };
}
