import { createHash } from 'node:crypto';
import {
  MARK_DIGEST_LABEL,
  MARK_OWNER_LABEL,
  MARK_REJECTED_LABEL,
  MARK_REVISION_LABEL,
} from '../../api/names.ts';

/**
 * What we wrote onto a revision, as it stands there. Helm copies labels from revision to revision: the digest means
 * something only if `revision` is the number of the revision that carries it.
 */
export interface Marks {
  readonly digest?: string;
  readonly revision?: number;
  readonly owner?: string;
  readonly rejected?: string;
}

/** Makes and recognises the values of our marks. */
export interface MarkFormat {
  /** The mark for a desired digest given in hex. */
  readonly digest: (hex: string) => string;
  /** The mark for a revision that is ours although nobody knows any more what it was made from. */
  readonly unknownDigest: string;
  /** Whether a digest was made by this formula with this key; any other cannot be compared with ours. */
  readonly understands: (digest: string) => boolean;
  /** The mark for the HelmRelease `namespace/name`. */
  readonly owner: (key: string) => string;
}

export interface MarkOptions {
  /** Changes whenever the same input would give another digest. */
  readonly formulaVersion: number;
  /** The key that digests are made with; only its fingerprint is shown. */
  readonly key: Buffer;
}

/** 160 bits: with the version and the fingerprint it stays below the 63 characters that a label holds. */
const HEX_DIGITS = 40;
const FINGERPRINT_DIGITS = 8;
const UNKNOWN = 'unknown';

export function createMarkFormat({ formulaVersion, key }: MarkOptions): MarkFormat {
  const prefix = `v${String(formulaVersion)}.${sha256(`key of digests\n${key.toString('hex')}`, FINGERPRINT_DIGITS)}.`;
  const digestForm = new RegExp(`^(?:[0-9a-f]{${String(HEX_DIGITS)}}|${UNKNOWN})$`);
  return {
    digest: (hex) => {
      if (!/^[0-9a-f]{64}$/.test(hex)) throw new RangeError('a desired digest has 64 hexadecimal digits');
      return `${prefix}${hex.slice(0, HEX_DIGITS)}`;
    },
    unknownDigest: `${prefix}${UNKNOWN}`,
    understands: (digest) => digest.startsWith(prefix) && digestForm.test(digest.slice(prefix.length)),
    owner: ownerMark,
  };
}

/** The mark for the HelmRelease `namespace/name`. It needs no key: a name is no secret. */
export function ownerMark(releaseKey: string): string {
  return sha256(`owner\n${releaseKey}`, HEX_DIGITS);
}

/** Labels as they are: whether the digest can be understood is for a MarkFormat to say. */
export function parseMarks(labels: Readonly<Record<string, string>>): Marks {
  const digest = labels[MARK_DIGEST_LABEL];
  const revision = labels[MARK_REVISION_LABEL];
  const owner = labels[MARK_OWNER_LABEL];
  const rejected = labels[MARK_REJECTED_LABEL];
  return {
    ...(digest === undefined ? {} : { digest }),
    ...(revision === undefined || !/^\d{1,15}$/.test(revision) ? {} : { revision: Number(revision) }),
    ...(owner === undefined ? {} : { owner }),
    ...(rejected === undefined ? {} : { rejected }),
  };
}

function sha256(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
