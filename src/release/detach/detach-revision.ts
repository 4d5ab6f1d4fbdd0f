import { MARK_LABEL_PREFIX } from '../../api/names.ts';
import type { ObjectMeta } from '../../api/metadata.ts';
import { revisionOf } from '../../helm/storage/revision.ts';
import type { Storage } from '../../helm/storage/storage.ts';

/** The labels of ours on one of Helm's Secrets. */
export function marksOn({ labels = {} }: ObjectMeta): readonly string[] {
  return Object.keys(labels).filter((name) => name.startsWith(MARK_LABEL_PREFIX));
}

/** What was taken off one of Helm's Secrets, in words; undefined if there was nothing. */
export async function detachRevision(
  metadata: ObjectMeta,
  storage: Pick<Storage, 'label'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const labels = marksOn(metadata);
  const record = revisionOf(metadata);
  if (labels.length === 0 || record === undefined) return undefined;
  const { namespace, name, revision, status } = record;
  const nothing = Object.fromEntries(labels.map((label) => [label, undefined]));
  await storage.label(namespace, name, revision, nothing, signal);
  const locked = status.startsWith('pending-')
    ? `; it is ${status}: Helm Operator 1.4.4 and helm leave the release alone until helm rollback`
    : '';
  return `took off ${labels.map((label) => label.slice(MARK_LABEL_PREFIX.length)).join(', ')}${locked}`;
}
