import { createHmac } from 'node:crypto';
import type { KubeObject } from '../../kube/resource-type.ts';
import { canonicalJson } from '../../values/canonical-json.ts';

/** 132 bits, which a status of hundreds has room for. */
const DIGITS = 22;

/**
 * What an object is wanted to be: equal digests mean equal contents. Without our labels and the trail, so that a commit
 * which does not touch an object changes nothing of it. Under the operator's key, because a plain hash of a Secret in
 * Git would let anyone who reads the status try out guesses.
 */
export function contentDigest(object: KubeObject, key: Buffer): string {
  return createHmac('sha256', key)
    .update('gitsync object\0')
    .update(canonicalJson(object))
    .digest('base64url')
    .slice(0, DIGITS);
}
