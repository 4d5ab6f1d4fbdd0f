import { posix } from 'node:path';
import type { ValuesMap } from '../../values/merge.ts';
import { mapReferences, type Reference } from './fields.ts';
import { KUSTOMIZATION_FIELDS } from './kustomization.ts';
import { mapPluginReferences } from './plugin-config.ts';
import { RefusedError } from './refused.ts';

const MAX_PATH = 1_000;

/** Whatever a kustomization names: files, folders, and texts that are written out in it. */
export function referencesOf(kustomization: ValuesMap): readonly Reference[] {
  return collect((visit) => mapReferences(kustomization, KUSTOMIZATION_FIELDS, '', visit));
}

/** The same of one document that configures a generator or a transformer. */
export function pluginReferencesOf(config: ValuesMap): readonly Reference[] {
  return collect((visit) => mapPluginReferences(config, visit));
}

function collect(walk: (visit: (reference: Reference) => string) => unknown): readonly Reference[] {
  const found: Reference[] = [];
  walk((reference) => {
    found.push(reference);
    return reference.text;
  });
  return found;
}

/** Whether a text that may be either is the thing itself: no path has several lines or is a map. */
export function isInline({ kind, text }: Reference): boolean {
  return (kind === 'inline-or-file' || kind === 'plugin') && /\n|^\s*\{/.test(text);
}

/** The path from the root of the repository that a reference in a file of `folder` means. */
export function pathOf({ text, field }: Pick<Reference, 'text' | 'field'>, folder: string): string {
  const refuse = (why: string): RefusedError => new RefusedError(why, { field });
  if (text === '') throw refuse('is empty');
  if (/\p{Cc}/u.test(text)) throw refuse('holds a control character');
  if (text.length > MAX_PATH) throw refuse(`is longer than ${String(MAX_PATH)} characters`);
  if (isRemote(text)) {
    throw refuse(`names '${text}', and nothing is fetched while building: put a copy into the repository`);
  }
  if (text.startsWith('/')) {
    throw refuse(`names the absolute path '${text}': give one from the folder of this file`);
  }
  const path = posix.join('/', folder, '.', text);
  if (stepsOut(folder, text)) throw refuse(`names '${text}', which leads out of the repository`);
  return path === '/' ? '' : path.slice(1).replace(/\/$/, '');
}

function isRemote(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/|^[a-z0-9]+::|^[^/]+@[^/]+:/i.test(text);
}

/** Also one that comes back: outside of the repository there is nothing to go through. */
function stepsOut(folder: string, text: string): boolean {
  let depth = folder === '' ? 0 : folder.split('/').length;
  for (const step of text.split('/')) {
    if (step === '..') depth -= 1;
    else if (step !== '' && step !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}
