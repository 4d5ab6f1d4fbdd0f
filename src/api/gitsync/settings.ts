import type { SecretReference } from '../chart-source.ts';
import { InvalidSpecError } from '../errors.ts';
import type { ObjectKey } from '../metadata.ts';
import type { GitSync, GitSyncSpec } from './git-sync.ts';
import { type IgnoreRule, ignoreRulesOf } from './ignore.ts';
import { intervalMsOf } from './interval.ts';
import { pathsOf } from './paths.ts';
import { wantedRefOf, type WantedRef } from './ref.ts';
import { SYNC_DEFAULTS } from './schema/defaults.ts';
import { NO_TAG, PASSWORD_FORM, PASSWORD_IN_URL } from './schema/rules.ts';

export type { WantedRef } from './ref.ts';
import { serviceAccountUser } from '../service-account.ts';

/** What becomes of the objects when their GitSync is deleted. */
export type DeletionPolicy = 'orphan' | 'delete';

/** What has to be signed, and where the keys are of those who may. */
export interface VerifySettings {
  readonly mode: 'Commit' | 'Tag' | 'TagAndCommit';
  readonly secretRef: SecretReference;
}

/** A GitSync with every default applied and its interval in milliseconds. */
export interface SyncSettings {
  readonly key: ObjectKey;
  /** As it is written; its form is checked by whoever reads the repository. */
  readonly url: string;
  readonly ref: WantedRef;
  /** From the root of the repository, which is the empty string; at least one, none twice. */
  readonly paths: readonly string[];
  readonly intervalMs: number;
  readonly secretRef: SecretReference | undefined;
  /** The user as which everything is read and written: system:serviceaccount:namespace:name. */
  readonly account: string;
  readonly prune: boolean;
  readonly suspend: boolean;
  readonly ignore: readonly IgnoreRule[];
  readonly forceConflicts: boolean;
  readonly deletionPolicy: DeletionPolicy;
  readonly verify: VerifySettings | undefined;
}

/** Throws an InvalidSpecError, with the way out, for a GitSync that can never be applied. */
export function syncSettingsOf({ metadata, spec }: GitSync): SyncSettings {
  const namespace = metadata.namespace ?? '';
  return {
    key: { namespace, name: metadata.name },
    url: urlOf(spec.url),
    ref: wantedRefOf(spec.ref),
    paths: pathsOf(spec.path),
    intervalMs: intervalMsOf(spec.interval ?? SYNC_DEFAULTS.interval),
    secretRef: spec.secretRef && { namespace, name: spec.secretRef.name },
    account: accountOf({ metadata, spec }),
    prune: spec.prune ?? SYNC_DEFAULTS.prune,
    suspend: spec.suspend ?? false,
    ignore: ignoreRulesOf(spec.ignore),
    forceConflicts: spec.forceConflicts ?? SYNC_DEFAULTS.forceConflicts,
    deletionPolicy: spec.deletionPolicy ?? SYNC_DEFAULTS.deletionPolicy,
    verify: verifyOf(spec, namespace),
  };
}

/** The user as which everything is read and written, whatever else the GitSync says. */
export function accountOf({ metadata, spec }: Pick<GitSync, 'metadata' | 'spec'>): string {
  const name = spec.serviceAccountName ?? SYNC_DEFAULTS.serviceAccountName;
  return serviceAccountUser(metadata.namespace ?? '', name);
}

function verifyOf({ verify, ref }: GitSyncSpec, namespace: string): VerifySettings | undefined {
  if (verify === undefined) return undefined;
  const mode = verify.mode ?? SYNC_DEFAULTS.verifyMode;
  if (mode !== 'Commit' && ref?.tag === undefined && ref?.semver === undefined) {
    throw new InvalidSpecError(`spec.verify.mode is ${mode}, but ${NO_TAG}`);
  }
  return { mode, secretRef: { namespace, name: verify.secretRef.name } };
}

/** The URL itself is in no message: it may hold a password. */
function urlOf(url: string): string {
  if (url.trim() === '') {
    throw new InvalidSpecError('spec.url is empty: set the URL of the Git repository');
  }
  if (new RegExp(PASSWORD_FORM).test(url.trim())) throw new InvalidSpecError(`spec.url: ${PASSWORD_IN_URL}`);
  return url.trim();
}
