import { posix } from 'node:path';
import { isMap } from '../../values/merge.ts';
import { RefusedError } from './refused.ts';

/** What a text in a kustomization stands for. */
export type ReferenceKind = 'file' | 'folder' | 'folder-or-file' | 'inline-or-file' | 'plugin';

/** How a field of a kustomization, or of a generator's or transformer's document, names files. */
export type Fields =
  | { readonly kind: 'data' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'reference'; readonly to: ReferenceKind }
  /** `PATH` or `KEY=PATH`. */
  | { readonly kind: 'keyed-file' }
  | { readonly kind: 'list'; readonly of: Fields }
  | { readonly kind: 'map'; readonly fields: Readonly<Record<string, Fields>> };

export interface Reference {
  readonly kind: ReferenceKind;
  readonly text: string;
  /** `patches[2].path`. */
  readonly field: string;
}

/** Gives what is to stand in the place of a reference. */
export type Visit = (reference: Reference) => string;

const DATA: Fields = { kind: 'data' };
export const FILE: Fields = { kind: 'reference', to: 'file' };

export function refused(why: string): Fields {
  return { kind: 'refused', why };
}

export function listOf(of: Fields): Fields {
  return { kind: 'list', of };
}

export function references(to: ReferenceKind): Fields {
  return listOf({ kind: 'reference', to });
}

export function map(fields: Readonly<Record<string, Fields>>): Fields {
  return { kind: 'map', fields };
}

/** Fields that hold what concerns us not. */
export function data(...names: readonly string[]): Readonly<Record<string, Fields>> {
  return Object.fromEntries(names.map((name) => [name, DATA]));
}

/**
 * A copy of `value` in which `visit` has put something in the place of every reference. Throws a RefusedError for whatever
 * the table does not know, letter by letter: kustomize takes `PATH` for `path`, so a name that we pass over could be read.
 */
export function mapReferences(value: unknown, fields: Fields, at: string, visit: Visit): unknown {
  if (fields.kind === 'refused') throw new RefusedError(fields.why, { field: at });
  // Nothing at all is what kustomize takes it for, too.
  if (fields.kind === 'data' || value === null) return value;
  switch (fields.kind) {
    case 'reference':
      return visit({ kind: fields.to, text: textOf(value, at), field: at });
    case 'keyed-file':
      return keyedFile(textOf(value, at), at, visit);
    case 'list':
      if (!Array.isArray(value)) throw new RefusedError('must be a list', { field: at });
      return value.map((item, index) => mapReferences(item, fields.of, `${at}[${String(index)}]`, visit));
    case 'map':
      return mapFields(value, fields.fields, at, visit);
  }
}

function mapFields(
  value: unknown,
  fields: Readonly<Record<string, Fields>>,
  at: string,
  visit: Visit,
): unknown {
  if (!isMap(value)) throw new RefusedError('must be a map', at === '' ? {} : { field: at });
  const entries = Object.entries(value).map(([name, item]) => {
    const field = at === '' ? shorten(name) : `${at}.${shorten(name)}`;
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (known === undefined) {
      throw new RefusedError('is no field that kustomize 5.8 has here: correct its name, or remove it', {
        field,
      });
    }
    return [name, mapReferences(item, known, field, visit)] as const;
  });
  return Object.fromEntries(entries);
}

/** Always with its key, which kustomize would otherwise take from the path that we give it. */
function keyedFile(text: string, at: string, visit: Visit): string {
  const [first = '', second, ...more] = text.split('=');
  const [key, path] = second === undefined ? [posix.basename(first), first] : [first, second];
  if (key === '' || path === '' || more.length > 0) {
    throw new RefusedError('must be PATH or KEY=PATH', { field: at });
  }
  return `${key}=${visit({ kind: 'file', text: path, field: at })}`;
}

function textOf(value: unknown, at: string): string {
  if (typeof value === 'string') return value;
  throw new RefusedError('must be a text', { field: at });
}

function shorten(name: string): string {
  return name.replace(/\p{Cc}/gu, ' ').slice(0, 100);
}
