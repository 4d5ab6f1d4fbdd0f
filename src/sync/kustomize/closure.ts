import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CommitFile } from '../../git/files.ts';
import { readPlugins, readUnits, type Wanted } from './configs.ts';
import { asJson } from './documents.ts';
import { mapReferences } from './fields.ts';
import { KUSTOMIZATION_FIELDS, KUSTOMIZATION_NAMES } from './kustomization.ts';
import { placing, REPOSITORY } from './placing.ts';
import { isInline, pathOf, referencesOf } from './references.ts';
import { inFile, RefusedError } from './refused.ts';
import {
  type ClosureBounds,
  type CommitPorts,
  countBytes,
  inPlace,
  type Root,
  startWalk,
  tooMany,
  type Unit,
  type Walk,
} from './walk.ts';

/** All that kustomize needs to build a folder, and nothing else. */
export interface Closure {
  /** What is built: where it really lies, from the root of the repository. */
  readonly folder: string;
  /** Its kustomization, for messages. */
  readonly file: string;
  /** Files of the commit, from its root. */
  readonly files: readonly CommitFile[];
  /** What is ours to write, by its path in the lay-out. */
  readonly written: ReadonlyMap<string, string>;
  /** What stands in Git for a file that only the lay-out has. */
  readonly meaning: ReadonlyMap<string, string>;
  /** How many files of the commit it consists of. */
  readonly count: number;
  /** Equal digests mean equal output. */
  readonly digest: string;
}

const BOUNDS: ClosureBounds = { files: 5_000, bytes: 50_000_000 };

/**
 * Finds every file that the kustomization of a folder leads to. Each has to be one of the commit, so that nothing outside of it
 * is ever named to kustomize. The kustomizations are written anew, as JSON with the paths that were found: what kustomize
 * reads is what was checked here, however else its YAML or a path could be read. Throws a RefusedError.
 */
export async function closureOf(
  folder: string,
  ports: CommitPorts,
  bounds: ClosureBounds = BOUNDS,
): Promise<Closure> {
  const walk = startWalk(ports, bounds);
  const [start] = await ports.lookup([folder]);
  if (start?.kind !== 'folder') throw new RefusedError('is no folder of the repository', { file: folder });
  let frontier: readonly Root[] = [{ folder: start.path }];
  let file = folder;
  while (frontier.length > 0) {
    for (const root of frontier) walk.roots.set(root.folder, root);
    const units = await readUnits(walk, frontier);
    if (walk.written.size === 0) file = units[0]?.file ?? file;
    frontier = await visit(walk, units);
  }
  const files = [...walk.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const { written, meaning, roots } = walk;
  const parts = [start.path, files.map(({ path, blob }) => [path, blob]), [...written]];
  return {
    ...{ folder: start.path, file, files, written, meaning, count: files.length + roots.size },
    digest: createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
  };
}

/** Returns the folders that were not seen before. */
async function visit(walk: Walk, units: readonly Unit[]): Promise<readonly Root[]> {
  const wanted = units.flatMap((unit) =>
    inFile(unit.file, () => referencesOf(unit.kustomization)).map((reference) => ({
      ...{ unit, reference, place: { file: unit.file } },
    })),
  );
  await lookUp(walk, wanted);
  const plugins = wanted.filter(({ reference }) => reference.kind === 'plugin');
  await lookUp(walk, await readPlugins(walk, plugins));
  const next = new Map<string, Root>();
  for (const unit of units) {
    const place = { file: unit.file };
    const text = inPlace(place, () =>
      asJson(mapReferences(unit.kustomization, KUSTOMIZATION_FIELDS, '', placing(walk, unit, place, next))),
    );
    countBytes(walk, text.length, place);
    walk.written.set(posix.join(REPOSITORY, unit.folder, KUSTOMIZATION_NAMES[0]), text);
    await setImmediate();
  }
  return [...next.values()];
}

async function lookUp(walk: Walk, wanted: readonly Wanted[]): Promise<void> {
  walk.references += wanted.length;
  const paths = new Set<string>();
  for (const { unit, reference, place } of wanted) {
    if (walk.references > walk.bounds.files) throw tooMany(walk, place);
    if (isInline(reference)) continue;
    const path = inPlace(place, () => pathOf(reference, unit.folder));
    if (!walk.found.has(path)) paths.add(path);
  }
  if (paths.size === 0) return;
  const found = await walk.ports.lookup([...paths]);
  for (const [at, path] of [...paths].entries()) walk.found.set(path, found[at] ?? { kind: 'missing' });
}
