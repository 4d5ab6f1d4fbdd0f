import { isDeepStrictEqual } from 'node:util';
import type { Fields } from '../../kube/managed-fields.ts';
import { isMap, type ValuesMap } from '../../values/merge.ts';

/** A place in an object as it stands, and what of it and below it is whose. */
export interface Spot {
  readonly live: unknown;
  readonly ours: Fields | undefined;
  /** By manager; only of those that own anything here. */
  readonly others: readonly Fields[];
}

/** An item of a list by the fields that tell it from the others, with its key as the API server writes it. */
interface ItemKey {
  readonly text: string;
  readonly fields: ValuesMap;
}

export function atName(spot: Spot, name: string): Spot {
  const { live } = spot;
  const value = isMap(live) && Object.hasOwn(live, name) ? live[name] : undefined;
  return { live: value, ...ownersAt(spot, `f:${name}`) };
}

/** The keys of the items that anybody owns something of, ours first. */
export function itemKeys({ ours, others }: Spot): readonly ItemKey[] {
  const texts = new Set([ours ?? {}, ...others].flatMap((fields) => Object.keys(fields)));
  return [...texts]
    .filter((text) => text.startsWith('k:'))
    .map((text) => ({ text, fields: JSON.parse(text.slice(2)) as ValuesMap }));
}

/** The item of the cluster that Git means. Git need not write what the server fills in. */
export function atItem(
  spot: Spot,
  keys: readonly ItemKey[],
  wanted: unknown,
): { readonly key: ValuesMap; readonly spot: Spot } | undefined {
  if (!isMap(wanted) || !Array.isArray(spot.live)) return undefined;
  const live: readonly unknown[] = spot.live;
  for (const { text, fields } of keys) {
    const written = Object.entries(fields).filter(([name]) => wanted[name] !== undefined);
    if (written.length === 0 || !written.every(([name, value]) => isDeepStrictEqual(wanted[name], value))) {
      continue;
    }
    const item = live.find((one) => hasKey(one, fields));
    if (item !== undefined) return { key: fields, spot: { live: item, ...ownersAt(spot, text) } };
  }
  return undefined;
}

/** Whether the server knows no parts of what is here: a plain value, a list without keys, some maps. */
export function isOneValue({ live, ours, others }: Spot): boolean {
  const owned = [...(ours === undefined ? [] : [ours]), ...others];
  return live !== undefined && owned.length > 0 && owned.every(isWhole);
}

/** Of what stands here that which we own and nobody else; undefined for nothing. */
export function standing(spot: Spot): unknown {
  const { live, ours, others } = spot;
  if (live === undefined || ours === undefined) return undefined;
  if (isWhole(ours)) return others.length === 0 ? live : undefined;
  if (Array.isArray(live)) return standingItems(spot, live);
  if (!isMap(live)) return undefined;
  const entries = Object.keys(live)
    .map((name) => [name, standing(atName(spot, name))] as const)
    .filter(([, value]) => value !== undefined);
  return entries.length > 0 || ('.' in ours && others.length === 0) ? Object.fromEntries(entries) : undefined;
}

/** In the order that they have. */
function standingItems(spot: Spot, live: readonly unknown[]): unknown {
  const own = Object.keys(spot.ours ?? {});
  const items = live.flatMap((item) => {
    const text = own.find((key) => isItem(key, item));
    if (text === undefined) return [];
    const value = standing({ live: item, ...ownersAt(spot, text) });
    if (value === undefined) return [];
    return [isMap(value) && text.startsWith('k:') ? { ...parsed(text), ...value } : value];
  });
  return items.length === 0 ? undefined : items;
}

function isItem(key: string, item: unknown): boolean {
  switch (key.slice(0, 2)) {
    case 'k:':
      return hasKey(item, parsed(key));
    case 'v:':
      return isDeepStrictEqual(JSON.parse(key.slice(2)), item);
    default:
      return false;
  }
}

function parsed(key: string): ValuesMap {
  return JSON.parse(key.slice(2)) as ValuesMap;
}

function hasKey(item: unknown, fields: ValuesMap): boolean {
  return isMap(item) && Object.entries(fields).every(([name, value]) => isDeepStrictEqual(item[name], value));
}

function ownersAt({ ours, others }: Spot, key: string): Pick<Spot, 'ours' | 'others'> {
  const at = (fields: Fields | undefined): Fields | undefined => {
    const below = fields?.[key];
    return isMap(below) ? below : undefined;
  };
  return { ours: at(ours), others: others.map(at).filter((fields) => fields !== undefined) };
}

function isWhole(fields: Fields): boolean {
  return Object.keys(fields).length === 0;
}
