import { createHmac } from 'node:crypto';
import type { Pointer } from '../api/gitsync/pointer.ts';
import { canonicalJson } from '../values/canonical-json.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import { isMap } from '../values/merge.ts';
import { withoutIgnored } from './desire/ignore-fields.ts';

/**
 * What a HelmRelease is told to do, as 16 hex digits: all of its spec but what its GitSync leaves to others, and `suspend`,
 * by which a person holds it and no more. Under the operator's key, because there may be secret values in it.
 */
export function specDigest(spec: unknown, ignored: readonly Pointer[], key: Buffer): string {
  const object: KubeObject & { readonly spec?: unknown } = { metadata: { name: '' }, spec };
  const { spec: counted } = withoutIgnored(object, ignored);
  const { suspend: _suspend, ...content } = isMap(counted) ? counted : {};
  return createHmac('sha256', key)
    .update('spec of a HelmRelease\0')
    .update(canonicalJson(content))
    .digest('hex')
    .slice(0, 16);
}

/**
 * The fields of `stored` that Git has too. What somebody has added stays on an object when Git is applied, and is not
 * Git's; what the API server makes of a value of Git's is.
 */
export function asInGit(stored: unknown, git: unknown): unknown {
  if (isMap(stored) && isMap(git)) {
    const both = Object.entries(stored).filter(([name]) => git[name] !== undefined);
    return Object.fromEntries(both.map(([name, value]) => [name, asInGit(value, git[name])]));
  }
  if (Array.isArray(stored) && Array.isArray(git)) {
    return stored.length === git.length
      ? stored.map((item: unknown, index) => asInGit(item, git[index]))
      : git;
  }
  return stored;
}
