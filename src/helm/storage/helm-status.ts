/** What Helm calls the states of a revision. */
export const HELM_STATUSES = [
  'unknown',
  'deployed',
  'uninstalled',
  'superseded',
  'failed',
  'uninstalling',
  'pending-install',
  'pending-upgrade',
  'pending-rollback',
] as const;

export type HelmStatus = (typeof HELM_STATUSES)[number];

/** What is no status of Helm's counts as unknown, as it does for Helm. */
export function helmStatusOf(text: string | undefined): HelmStatus {
  return HELM_STATUSES.find((status) => status === text) ?? 'unknown';
}
