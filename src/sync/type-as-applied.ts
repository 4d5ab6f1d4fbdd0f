import type { Discovery } from '../kube/discovery.ts';
import type { PrunePorts } from './act/prune.ts';

/** Where the server keeps an object of which the inventory knows as what it was applied. */
export function typeAsApplied(discovery: Pick<Discovery, 'find'>): PrunePorts['typeOf'] {
  return ({ entry: { id, version } }, signal) =>
    discovery.find(id.group === '' ? version : `${id.group}/${version}`, id.kind, signal);
}
