/** Every name by which the outside world knows this program. Changing one breaks somebody. */

export const GROUP = 'helm.fluxcd.io';
export const VERSION = 'v1';
export const API_VERSION = `${GROUP}/${VERSION}`;
export const KIND = 'HelmRelease';
export const PLURAL = 'helmreleases';

/** What kubectl shows in `From`, and the field manager of our writes. */
export const COMPONENT = 'helm-operator';

/** Holds a HelmRelease until its release is uninstalled, or left in place on purpose. */
export const FINALIZER = `${GROUP}/finalizer`;

/** A person sets this to any new token to have the release reconciled at once. */
export const RECONCILE_AT_ANNOTATION = `${GROUP}/reconcileAt`;

/**
 * A person names with it, as a comma list of namespace/name, the releases of `status.leftBehind` that are to be
 * uninstalled.
 */
export const UNINSTALL_LEFT_BEHIND_ANNOTATION = `${GROUP}/uninstallLeftBehind`;

/** Made Helm Operator 1.4.4 convert a release of Helm 2. Nothing is converted here. */
export const MIGRATE_ANNOTATION = `${GROUP}/migrate`;

/** Set by Helm Operator 1.4.4 on every object of a release; the value is `<namespace>:helmrelease/<name>`. */
export const ANTECEDENT_ANNOTATION = `${GROUP}/antecedent`;

/** Every label that we put on Helm's Secrets begins so, and no other does. */
export const MARK_LABEL_PREFIX = 'helm-release-operator.io/';

/**
 * Labels on Helm's own storage Secrets. Helm copies labels from revision to revision, so the digest proves
 * nothing without the revision number that it was meant for.
 */
export const MARK_DIGEST_LABEL = 'helm-release-operator.io/digest';
export const MARK_REVISION_LABEL = 'helm-release-operator.io/revision';
export const MARK_OWNER_LABEL = 'helm-release-operator.io/owner';
/** On a rollback's revision: the desired digest that failed and is not tried again. */
export const MARK_REJECTED_LABEL = 'helm-release-operator.io/rejected';

/** On the pod template of a workload: the rollback after which its pods were made anew (`rollback.recreate`). */
export const RESTARTED_ANNOTATION = 'helm-release-operator.io/restarted-for-rollback';
