import { posix } from 'node:path';
import { asJson } from './documents.ts';
import type { Reference, Visit } from './fields.ts';
import { mapPluginReferences } from './plugin-config.ts';
import { isInline, pathOf } from './references.ts';
import { RefusedError } from './refused.ts';
import { count, countBytes, fileAt, inPlace, type Root, type Unit, type Walk, type Within } from './walk.ts';

/** Where the files of the commit are laid out, and where texts that stand in a kustomization. */
export const REPOSITORY = 'repository';
const INLINE = 'inline';

/**
 * Puts a path in the lay-out in the place of each reference, relative to the kustomization's folder. What it leads to is added
 * to the walk, folders to `next`.
 */
export function placing(walk: Walk, unit: Unit, place: Within, next: Map<string, Root>): Visit {
  return (reference) => {
    const { kind, text, field } = reference;
    if (kind === 'plugin') return placePlugin(walk, unit, reference, next);
    if (isInline(reference)) return placeText(walk, unit, { ...place, field }, text);
    const found = walk.found.get(pathOf(reference, unit.folder));
    if (found?.kind === 'folder' && (kind === 'folder' || kind === 'folder-or-file')) {
      if (!walk.roots.has(found.path))
        next.set(found.path, { folder: found.path, wantedBy: { ...place, field } });
      return within(unit.folder, posix.join(REPOSITORY, found.path));
    }
    if (found?.kind === 'file' && kind === 'folder') {
      throw new RefusedError(`names '${text}', which is a file: it must be a folder`, { field });
    }
    const { path, blob, size } = fileAt(walk, unit.folder, reference);
    if (!walk.files.has(path)) {
      count(walk, { path, blob, size }, { ...place, field });
      walk.files.set(path, { path, blob, size });
    }
    return within(unit.folder, posix.join(REPOSITORY, path));
  };
}

export function pluginKey({ file }: Unit, { field }: Reference): string {
  return JSON.stringify([file, field]);
}

function placePlugin(walk: Walk, unit: Unit, reference: Reference, next: Map<string, Root>): string {
  const plugin = walk.plugins.get(pluginKey(unit, reference));
  if (plugin === undefined) throw new Error(`the configuration ${reference.field} was not read`);
  const { place, configs } = plugin;
  const visit = placing(walk, unit, place, next);
  const documents = configs.map((config) => inPlace(place, () => asJson(mapPluginReferences(config, visit))));
  return placeText(walk, unit, place, documents.join('\n---\n'));
}

/** As a file, because kustomize takes a text that it cannot read for a path, wherever that leads. */
function placeText(walk: Walk, { folder }: Unit, { file, field }: Within, text: string): string {
  countBytes(walk, text.length, field === undefined ? { file } : { file, field });
  const path = `${INLINE}/${String(walk.meaning.size + 1)}.yaml`;
  walk.written.set(path, text);
  walk.meaning.set(path, field === undefined ? file : `${field} of ${file}`);
  return within(folder, path);
}

function within(folder: string, path: string): string {
  const relative = posix.relative(posix.join('/', REPOSITORY, folder), posix.join('/', path));
  return /^\.\.(?:\/|$)/.test(relative) ? relative : `./${relative}`;
}
