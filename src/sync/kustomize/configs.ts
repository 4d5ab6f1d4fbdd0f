import { posix } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CommitFile } from '../../git/files.ts';
import { KUSTOMIZATION_NAMES, parseKustomization } from './kustomization.ts';
import { parsePluginConfig } from './plugin-config.ts';
import { isInline, pluginReferencesOf } from './references.ts';
import { inFile, RefusedError } from './refused.ts';
import { pluginKey } from './placing.ts';
import type { Reference } from './fields.ts';
import { count, countConfig, fileAt, inPlace, type Root, type Unit, type Walk, type Within } from './walk.ts';

/** A reference, and what it is relative to. */
export interface Wanted {
  readonly unit: Unit;
  readonly reference: Reference;
  readonly place: Within;
}

const MAX_BYTES = 1_000_000;
const NOTHING = new Uint8Array();

/** The kustomizations of folders. */
export async function readUnits(walk: Walk, roots: readonly Root[]): Promise<readonly Unit[]> {
  const candidates = roots.map(({ folder }) => KUSTOMIZATION_NAMES.map((name) => posix.join(folder, name)));
  const found = await walk.ports.lookup(candidates.flat());
  const chosen = roots.map((root, at) => {
    const [only, another] = (candidates[at] ?? []).flatMap((path, name) => {
      const one = found[at * KUSTOMIZATION_NAMES.length + name];
      return one?.kind === 'file' ? [{ path, blob: one.blob, size: one.size }] : [];
    });
    const shown = root.folder === '' ? 'the root of the repository' : `the folder '${root.folder}'`;
    if (only === undefined) {
      throw new RefusedError(`${shown} holds no kustomization.yaml`, root.wantedBy ?? { file: root.folder });
    }
    if (another !== undefined) {
      const why = `${shown} holds a second kustomization, ${another.path}: keep one of them`;
      throw new RefusedError(why, { file: only.path });
    }
    return { folder: root.folder, file: only };
  });
  const contents = await readAll(
    walk,
    chosen.map(({ file }) => file),
  );
  const units: Unit[] = [];
  for (const {
    folder,
    file: { path, size },
  } of chosen) {
    countConfig(walk, size, { file: path });
    const kustomization = inFile(path, () => parseKustomization(contents.get(path) ?? NOTHING));
    units.push({ folder, file: path, kustomization });
    // Others want the thread, too.
    await setImmediate();
  }
  return units;
}

/** Reads the configuration of generators and transformers, and gives back what that names. */
export async function readPlugins(walk: Walk, wanted: readonly Wanted[]): Promise<readonly Wanted[]> {
  const files = new Map<string, CommitFile>();
  for (const { unit, reference, place } of wanted) {
    if (isInline(reference)) continue;
    const { path, blob, size } = inPlace(place, () => fileAt(walk, unit.folder, reference));
    files.set(path, { path, blob, size });
  }
  const contents = await readAll(walk, [...files.values()]);
  const named: Wanted[] = [];
  for (const { unit, reference } of wanted) {
    const inline = isInline(reference);
    const file = inline ? unit.file : fileAt(walk, unit.folder, reference).path;
    const place: Within = { file, ...(inline ? { field: reference.field } : {}) };
    const bytes = (inline ? Buffer.from(reference.text) : contents.get(file)) ?? NOTHING;
    // For each that names it: there is a generator for each of them.
    countConfig(walk, bytes.length, place);
    inPlace(place, () => {
      const configs = parsePluginConfig(bytes);
      walk.plugins.set(pluginKey(unit, reference), { place, configs });
      // What they name is relative to the folder of the kustomization, wherever they lie.
      const references = configs.flatMap(pluginReferencesOf);
      named.push(...references.map((name) => ({ unit, reference: name, place })));
    });
    await setImmediate();
  }
  return named;
}

async function readAll(walk: Walk, files: readonly CommitFile[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  if (files.length === 0) return contents;
  for (const file of files) {
    if (file.size > MAX_BYTES) throw new RefusedError('is larger than 1 MB', { file: file.path });
    count(walk, file, { file: file.path });
  }
  for await (const { file, bytes } of walk.ports.read(files)) contents.set(file.path, bytes);
  return contents;
}
