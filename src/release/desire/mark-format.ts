/** How our marks on Helm's storage are written: with the digest key of this operator, in today's formula. */
export interface MarkFormat {
  /** The label value for a desired digest in hex. */
  readonly digest: (hex: string) => string;
  /** Whether a digest was written with this formula and this key; any other says nothing about what is deployed. */
  readonly understands: (label: string) => boolean;
  /** Equals no digest: for a revision of ours whose input is not known. */
  readonly unknownDigest: string;
  /** The label value for a HelmRelease, given as namespace/name. */
  readonly owner: (key: string) => string;
}
