import { createHash } from 'node:crypto';
import { type Trail, trailIn } from '../api/trail.ts';
import type { KubeObject } from '../kube/resource-type.ts';

/** What an object says of where it comes from, as 16 hex digits: annotations are easily changed. */
export function trailDigest({ metadata }: KubeObject): string | undefined {
  const trail = trailIn(metadata);
  return trail && createHash('sha256').update(textOf(trail)).digest('hex').slice(0, 16);
}

function textOf({ repository, path, commit, author, subject }: Trail): string {
  return JSON.stringify([repository, path, commit, author, subject]);
}
