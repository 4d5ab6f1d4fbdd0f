import type { ObjectKey } from './metadata.ts';
import { shortHash } from './short-hash.ts';

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

export const GITOPS_GROUP = 'gitops.helm-release-operator.io';
export const GITOPS_VERSION = 'v1alpha1';
export const GITOPS_API_VERSION = `${GITOPS_GROUP}/${GITOPS_VERSION}`;
export const SYNC_KIND = 'GitSync';
export const SYNC_PLURAL = 'gitsyncs';

/** Holds a GitSync whose objects are to be deleted with it. */
export const SYNC_FINALIZER = `${GITOPS_GROUP}/finalizer`;

/** On every object that a GitSync applied: which one it was. */
export const SYNC_NAME_LABEL = `${GITOPS_GROUP}/name`;
export const SYNC_NAMESPACE_LABEL = `${GITOPS_GROUP}/namespace`;

/** On an object: `disabled` keeps it when it leaves Git, `allow` has it pruned although its kind is guarded. */
export const PRUNE_ANNOTATION = `${GITOPS_GROUP}/prune`;

/** On an object that was there before a GitSync applied it. */
export const ADOPTED_ANNOTATION = `${GITOPS_GROUP}/adopted`;

/** A person sets this on a GitSync to the revision, or its commit, whose held prune is to be done. */
export const CONFIRM_PRUNE_ANNOTATION = `${GITOPS_GROUP}/confirm-prune`;

/** A person sets this on a GitSync to any new token to have it reconciled at once. */
export const SYNC_RECONCILE_AT_ANNOTATION = `${GITOPS_GROUP}/reconcileAt`;

/** On an object that came from Git: where its content is written, and who wrote it. */
export const TRAIL_REPOSITORY_ANNOTATION = `${GITOPS_GROUP}/repository`;
export const TRAIL_PATH_ANNOTATION = `${GITOPS_GROUP}/path`;
export const TRAIL_COMMIT_ANNOTATION = `${GITOPS_GROUP}/commit`;
export const TRAIL_AUTHOR_ANNOTATION = `${GITOPS_GROUP}/author`;
export const TRAIL_SUBJECT_ANNOTATION = `${GITOPS_GROUP}/subject`;

/**
 * On a HelmRelease whose chart is in its own commit: which commit that is. Of no worth by itself: the GitSync that applied it has
 * to know it.
 */
export const CHART_COMMIT_ANNOTATION = `${GITOPS_GROUP}/chart-commit`;

/** On a Secret that configures a receiver of webhooks; the value is the type of the sender. */
export const RECEIVER_LABEL = `${GITOPS_GROUP}/receiver`;

/** On a Secret that configures a notifier; the value is its kind. */
export const NOTIFIER_LABEL = 'helm-release-operator.io/notifier';

/** On Helm's Secret: the commit that the revision was made for. */
export const MARK_COMMIT_LABEL = 'helm-release-operator.io/commit';

/** With one of these at `true`, Flux v1 left an object alone. */
export const FLUX_IGNORE_ANNOTATIONS = ['fluxcd.io/ignore', 'flux.weave.works/ignore'] as const;

/** What the API server takes. */
const MAX_FIELD_MANAGER = 128;

/**
 * The field manager of one GitSync. Where the name does not fit, a hash stands for its end: behind a character that
 * no name holds, and never for a part of the namespace, so that nobody can take the manager of another's GitSync.
 */
export function syncFieldManager({ namespace, name }: ObjectKey): string {
  const whole = `gitsync:${namespace}/${name}`;
  if (whole.length <= MAX_FIELD_MANAGER) return whole;
  const tail = `~${shortHash(name)}`;
  return `${whole.slice(0, MAX_FIELD_MANAGER - tail.length)}${tail}`;
}
