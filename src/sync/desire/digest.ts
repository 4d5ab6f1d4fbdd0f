import { createHmac } from 'node:crypto';
import type { Pointer } from '../../api/gitsync/pointer.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import { canonicalJson } from '../../values/canonical-json.ts';
import { withoutIgnored } from './ignore-fields.ts';

/** 132 bits, which a status of hundreds has room for. */
const DIGITS = 22;

/**
 * What an object is wanted to be: equal digests mean equal contents, with the same fields left to others. Without our
 * labels and the trail, so that a commit which does not touch an object changes nothing of it. Under the operator's key,
 * because a plain hash of a Secret in Git would let anyone who reads the status try out guesses. `chart`: what a chart
 * consists of that moves with the object.
 */
export function contentDigest(
  object: KubeObject,
  key: Buffer,
  ignored: readonly Pointer[] = [],
  chart?: string,
): string {
  const content = canonicalJson(withoutIgnored(object, ignored));
  return createHmac('sha256', key)
    .update('gitsync object\0')
    .update(ignored.length === 0 ? content : `${content}\0${JSON.stringify(ignored)}`)
    .update(chart === undefined ? '' : `\0chart\0${chart}`)
    .digest('base64url')
    .slice(0, DIGITS);
}
