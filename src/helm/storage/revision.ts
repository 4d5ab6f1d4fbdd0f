import type { ObjectMeta } from '../../api/metadata.ts';
import { helmStatusOf, type HelmStatus } from './helm-status.ts';
import { parseMarks, type Marks } from './marks.ts';
import { secretNameOf } from './secret.ts';

/** What the labels of Helm's Secret tell of a revision, without its payload. */
export interface RevisionRecord {
  readonly namespace: string;
  /** Of the release. */
  readonly name: string;
  readonly revision: number;
  readonly status: HelmStatus;
  /** By the clock of whoever ran helm. Helm drops this one as soon as it writes the revision again. */
  readonly createdAtMs?: number;
  readonly modifiedAtMs?: number;
  readonly marks: Marks;
  readonly resourceVersion: string;
  readonly uid: string;
  readonly secretName: string;
}

/** Undefined for a Secret that is none of Helm's, or that only looks like one. */
export function revisionOf(meta: ObjectMeta): RevisionRecord | undefined {
  const { name: secretName, namespace, labels = {}, resourceVersion = '', uid = '' } = meta;
  const { owner, name, version } = labels;
  const revision = wholeNumber(version);
  if (owner !== 'helm' || namespace === undefined || name === undefined || !revision) return undefined;
  if (secretName !== secretNameOf(name, revision)) return undefined;
  const createdAtMs = milliseconds(labels['createdAt']);
  const modifiedAtMs = milliseconds(labels['modifiedAt']);
  return {
    namespace,
    name,
    revision,
    status: helmStatusOf(labels['status']),
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...(modifiedAtMs === undefined ? {} : { modifiedAtMs }),
    marks: parseMarks(labels),
    resourceVersion,
    uid,
    secretName,
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function milliseconds(seconds: string | undefined): number | undefined {
  const number = wholeNumber(seconds);
  return number === undefined ? undefined : number * 1000;
}
