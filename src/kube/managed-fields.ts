import { createHash } from 'node:crypto';
import type { ApiError } from './errors.ts';
import type { KubeObject } from './resource-type.ts';

/** Fields as the API server writes them: `f:name`, `k:{"name":"web"}` or `v:"value"`, and what is below. */
export type Fields = Readonly<Record<string, unknown>>;

/** What one manager owns of an object by one way of writing. */
export interface ManagedEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: Fields;
}

export interface FieldConflict {
  /** `.spec.template.spec.containers[name="web"].image`. */
  readonly field: string;
  /** Whoever owns it, and the subresource it was written through if it was one: `kubectl (subresource scale)`. */
  readonly manager: string;
}

export function managedFieldsOf({ metadata }: KubeObject): readonly ManagedEntry[] {
  return (metadata as { readonly managedFields?: readonly ManagedEntry[] }).managedFields ?? [];
}

/** What an apply of the manager has left on the object. */
export function applyEntryOf(object: KubeObject, manager: string): ManagedEntry | undefined {
  return managedFieldsOf(object).find(
    (entry) => entry.manager === manager && entry.operation === 'Apply' && isOfObject(entry),
  );
}

/**
 * Changes as soon as anybody has changed or removed a field that the manager applied, or another one owns it: 16
 * hex digits. Undefined when the manager owns nothing. `counted` gives those of its fields that are to count.
 */
export function ownFields(
  object: KubeObject,
  manager: string,
  counted: (fields: Fields) => Fields = (fields) => fields,
): string | undefined {
  const entry = applyEntryOf(object, manager);
  if (entry === undefined) return undefined;
  const text = JSON.stringify([entry.time ?? '', counted(entry.fieldsV1 ?? {})]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Which fields an apply without force would have taken from whom; nothing if that is not why it failed. */
export function conflictsIn(error: ApiError): readonly FieldConflict[] {
  if (error.status !== 409) return [];
  return (error.details.causes ?? [])
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ field = '', message = '' }) => ({ field, manager: managerIn(message) }));
}

/** `conflict with "kubectl" with subresource "scale" using apps/v1 at 2026-01-01T00:00:00Z`. */
function managerIn(message: string): string {
  const [, manager = message, subresource] =
    /^conflict with ("(?:[^"\\]|\\.)*")(?: with subresource ("(?:[^"\\]|\\.)*"))?/.exec(message) ?? [];
  const name = unquoted(manager);
  return subresource === undefined ? name : `${name} (subresource ${unquoted(subresource)})`;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/**
 * The entries as if `into` had applied what the managers of `from` own, so that a field of theirs leaves the object
 * when `into` applies it no more. Fields of subresources stay whose they are, and so do those written down in another
 * version of the kind, which only the server could translate.
 */
export function foldedManagers(
  entries: readonly ManagedEntry[],
  from: ReadonlySet<string>,
  into: string,
): readonly ManagedEntry[] {
  const mine = entries.find(
    (entry) => entry.manager === into && entry.operation === 'Apply' && isOfObject(entry),
  );
  const foldable = entries.filter(
    (entry) => entry !== mine && from.has(entry.manager ?? '') && isOfObject(entry),
  );
  const apiVersion = mine?.apiVersion ?? foldable.at(-1)?.apiVersion;
  const folded = foldable.filter((entry) => entry.apiVersion === apiVersion);
  if (folded.length === 0) return entries;
  const merged: ManagedEntry = {
    ...(mine ?? folded.at(-1)),
    manager: into,
    operation: 'Apply',
    fieldsV1: [...(mine === undefined ? [] : [mine]), ...folded].reduce<Fields>(
      (fields, entry) => union(fields, entry.fieldsV1 ?? {}),
      {},
    ),
  };
  return [merged, ...entries.filter((entry) => entry !== mine && !folded.includes(entry))];
}

function isOfObject({ subresource = '' }: ManagedEntry): boolean {
  return subresource === '';
}

export function union(one: Fields, other: Fields): Fields {
  const all: Record<string, unknown> = { ...one };
  for (const [key, below] of Object.entries(other)) {
    const there = all[key];
    all[key] = isFields(there) && isFields(below) ? union(there, below) : below;
  }
  return all;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** In quotes, with the subresource it went through. */
export function managerName(manager: string, subresource: string): string {
  return subresource === '' ? `"${manager}"` : `"${manager}" (subresource ${subresource})`;
}

/** As messages of conflicts write them: `.spec.template.spec.containers[name="web"].image`. */
export function pathsIn(fields: Fields, at = ''): readonly string[] {
  return Object.entries(fields).flatMap(([key, below]) => {
    if (key === '.') return [];
    const path = at + segment(key);
    const inner = isFields(below) ? pathsIn(below, path) : [];
    return inner.length === 0 ? [path] : inner;
  });
}

function segment(key: string): string {
  const rest = key.slice(2);
  switch (key.slice(0, 2)) {
    case 'f:':
      return `.${rest}`;
    case 'k:':
      return `[${keyIn(rest)}]`;
    default:
      return `[${rest}]`;
  }
}

function keyIn(text: string): string {
  try {
    const entries = Object.entries(JSON.parse(text) as Fields);
    return entries.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',');
  } catch {
    return text;
  }
}
