import { createHmac } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { ValuesMap } from './merge.ts';

/**
 * Everything that decides what is deployed, and nothing else: no timeouts, no waiting, history, test or rollback
 * options, no version of helm or of this program, no commit. A field that is undefined does not enter the digest, so
 * that one added later leaves the digests of releases that do not use it as they are.
 */
export interface DesiredState {
  /** Over the content of the chart, not over its archive. */
  readonly chartDigest: string;
  readonly values: { readonly merged: ValuesMap };
  /** The opposite of spec.resetValues. */
  readonly reuseValues: boolean;
  /** CustomResourceDefinitions of the chart are left alone. */
  readonly skipCRDs: boolean;
  /** They are kept as the chart has them, so that they are part of what is deployed. */
  readonly replaceCRDs?: true | undefined;
}

const MIN_KEY_BYTES = 16;

/**
 * The desired digest, in hex: HMAC-SHA256 under a key of the operator, because the digest is shown in labels and in
 * status, and a plain hash would let anyone try out guesses of a secret value.
 */
export function desiredDigest(state: DesiredState, key: Buffer): string {
  if (key.length < MIN_KEY_BYTES)
    throw new RangeError('the digest key is too short to protect secret values');
  const { chartDigest, values, reuseValues, skipCRDs, replaceCRDs } = state;
  return createHmac('sha256', key)
    .update(canonicalJson({ chartDigest, values: values.merged, reuseValues, skipCRDs, replaceCRDs }))
    .digest('hex');
}
