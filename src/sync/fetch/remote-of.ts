import type { SyncSettings } from '../../api/gitsync/settings.ts';
import { accessKindsOf, gitAccessOf } from '../../git/access.ts';
import type { GitRemote } from '../../git/remote.ts';
import type { ReadDocument } from '../../kube/documents.ts';

/** The repository of a GitSync, with what its Secret allows. Without a Secret: with what the installation has for the host. */
export function createRemoteOf(
  read: ReadDocument,
): (settings: SyncSettings, signal: AbortSignal) => Promise<GitRemote> {
  return async ({ url, secretRef }, signal) => {
    if (secretRef === undefined) return { url, scope: '' };
    const options = { read, field: 'spec.secretRef', kinds: accessKindsOf(url) };
    return { url, ...(await gitAccessOf(secretRef, options, signal)) };
  };
}
