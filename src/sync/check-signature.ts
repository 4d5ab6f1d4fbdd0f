import type { SyncSettings } from '../api/gitsync/settings.ts';
import type { BringInFailed } from './end.ts';
import type { Verify } from './fetch/verify.ts';
import type { SyncPass } from './pass.ts';
import { withoutSourceFailure } from './record/source.ts';
import type { SyncSource } from './source.ts';

export interface CheckSignaturePorts {
  /** By the rights of the GitSync's account, if its Secrets are read so. */
  readonly verify: (
    settings: SyncSettings,
    source: Parameters<Verify>[1],
    how: Parameters<Verify>[2],
  ) => ReturnType<Verify>;
}

export type CheckedSignature =
  | { readonly kind: 'fine'; readonly source: SyncSource }
  | {
      readonly kind: 'refused';
      readonly source: SyncSource;
      readonly failure: BringInFailed;
      /** Status says so already. */
      readonly isTold: boolean;
    };

/** Asked before anything of a revision is read. What is in the cluster stays there, and is looked after. */
export async function checkSignature(
  pass: SyncPass,
  settings: SyncSettings,
  source: SyncSource,
  { verify }: CheckSignaturePorts,
): Promise<CheckedSignature> {
  const { appliedRevision, failure: last, observedGeneration } = pass.status();
  const { shown } = source.revision;
  const isApplied = appliedRevision === shown;
  const verdict = await verify(settings, source, { isApplied, signal: pass.signal });
  if (verdict.kind === 'not-asked') return { kind: 'fine', source };
  if (verdict.kind === 'good') return { kind: 'fine', source: { ...source, signedBy: verdict.by } };
  const cause = `${verdict.why}; ${standing(appliedRevision, isApplied)}`;
  const isTold =
    last?.step === 'verify' &&
    last.revision === shown &&
    last.cause === cause &&
    observedGeneration === pass.generation;
  if (!isTold) {
    const commit = await source.facts();
    pass.note((status) => ({ ...withoutSourceFailure(status), commit }));
  }
  return {
    kind: 'refused',
    source,
    failure: { kind: 'failed', step: 'verify', cause, retry: false },
    isTold,
  };
}

function standing(appliedRevision: string | undefined, isApplied: boolean): string {
  if (appliedRevision === undefined) return 'nothing is applied yet';
  return isApplied
    ? 'it was applied before, and stays in the cluster until there is a better one'
    : `the cluster is left at ${appliedRevision}`;
}
