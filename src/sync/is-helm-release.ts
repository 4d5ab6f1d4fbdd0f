import { GROUP, KIND } from '../api/names.ts';
import type { ObjectId } from '../api/object-id.ts';

export function isHelmRelease({ group, kind }: Pick<ObjectId, 'group' | 'kind'>): boolean {
  return group === GROUP && kind === KIND;
}
