import { posix } from 'node:path';
import type { Found } from '../../git/files.ts';
import type { Fault } from '../document.ts';
import { type Closure, closureOf } from './closure.ts';
import { type Generator, parseFluxYaml } from './flux-yaml.ts';
import { patchWork } from './patch-file.ts';
import { pathOf } from './references.ts';
import { inFile, RefusedError } from './refused.ts';
import { type Kustomize, render } from './run.ts';
import type { CommitPorts } from './walk.ts';

/** A folder with a kustomization, or one that a `.flux.yaml` governs: `config` is the path of that one. */
export type KustomizeUnit =
  | { readonly kind: 'kustomize'; readonly folder: string }
  | { readonly kind: 'flux'; readonly folder: string; readonly config: string };

export type KustomizeBuilt =
  | {
      readonly kind: 'ok';
      /** Nobody's to change: others get the same. */
      readonly bytes: Buffer;
      /** How many files of the commit it was made of. */
      readonly files: number;
    }
  | { readonly kind: 'failed'; readonly fault: Fault };

/** `Kustomize` is shared by all builds, the ports are those of one commit. */
export interface KustomizeBuildOptions extends Kustomize, CommitPorts {
  readonly signal: AbortSignal;
}

type Made = Extract<KustomizeBuilt, { kind: 'ok' }>;

const MAX_FLUX_BYTES = 100_000;
const MAX_PATCH_BYTES = 5_000_000;

/** Builds folders of one commit. Only failures to read the commit, and an abort, are thrown. */
export function createKustomizeBuild(
  options: KustomizeBuildOptions,
): (unit: KustomizeUnit) => Promise<KustomizeBuilt> {
  return async (unit) => {
    try {
      return unit.kind === 'flux' ? await buildFlux(options, unit) : await buildFolder(options, unit.folder);
    } catch (caught) {
      if (!(caught instanceof RefusedError)) throw caught;
      return { kind: 'failed', fault: caught.fault };
    }
  };
}

async function buildFolder(options: KustomizeBuildOptions, folder: string): Promise<Made> {
  const closure = await closureOf(folder, options);
  return { kind: 'ok', bytes: await rendered(options, closure, closure.file), files: closure.count };
}

async function rendered(
  options: KustomizeBuildOptions,
  work: Omit<Closure, 'count' | 'file'>,
  file: string,
): Promise<Buffer> {
  const made = await render(options, work, options.read, options.signal);
  if (made.kind === 'ok') return made.bytes;
  throw new RefusedError(made.why, { file });
}

/** Commands run in the path that is applied, wherever the `.flux.yaml` lies. */
async function buildFlux(
  options: KustomizeBuildOptions,
  { folder, config }: Extract<KustomizeUnit, { kind: 'flux' }>,
): Promise<Made> {
  const [bytes, start] = [await readFile(options, config, MAX_FLUX_BYTES), await findOne(options, folder)];
  if (bytes === undefined) throw new RefusedError('is no file of the repository', { file: config });
  if (start.kind !== 'folder') throw new RefusedError('is no folder of the repository', { file: folder });
  const { generators, patchFile } = inFile(config, () => parseFluxYaml(bytes));
  const parts: Made[] = [];
  for (const generator of generators) {
    parts.push(await generate(options, start.path, config, generator));
    if (parts.reduce((sum, part) => sum + part.bytes.length, 0) > options.limits.outputBytes) {
      throw new RefusedError('its commands make too much', { file: config });
    }
  }
  const generated = joined(parts.map((part) => part.bytes));
  const files = parts.reduce((sum, part) => sum + part.files, 1);
  if (patchFile === undefined) return { kind: 'ok', bytes: generated, files };
  const place = { file: config, field: 'patchUpdated.patchFile' };
  const path = inFile(config, () => pathOf({ text: patchFile, field: place.field }, start.path));
  const patch = await readPatch(options, path, place);
  if (patch === undefined) return { kind: 'ok', bytes: generated, files };
  const work = patchWork(generated.toString('utf8'), patch.toString('utf8'), path);
  return { kind: 'ok', bytes: await rendered(options, work, path), files: files + 1 };
}

async function generate(
  options: KustomizeBuildOptions,
  folder: string,
  config: string,
  generator: Generator,
): Promise<Made> {
  const path = inFile(config, () => pathOf({ text: generator.folder, field: generator.field }, folder));
  const found = await findOne(options, path);
  if (found.kind === 'folder') return buildFolder(options, path);
  const why =
    found.kind === 'escapes'
      ? `builds '${generator.folder}', which leads out of the repository`
      : `builds '${generator.folder}', which is no folder of the repository`;
  throw new RefusedError(why, { file: config, field: generator.field });
}

function joined(parts: readonly Buffer[]): Buffer {
  const separator = Buffer.from('---\n');
  return Buffer.concat(parts.flatMap((part, at) => (at === 0 ? [part] : [separator, part])));
}

/** Nothing for a patch that is empty, or not there yet: Flux v1 made it with the first change. Its folder must be there. */
async function readPatch(
  options: KustomizeBuildOptions,
  path: string,
  place: { readonly file: string; readonly field: string },
): Promise<Buffer | undefined> {
  const patch = await readFile(options, path, MAX_PATCH_BYTES, place);
  if (patch !== undefined) return saysNothing(patch) ? undefined : patch;
  const parent = posix.dirname(path);
  const found = await findOne(options, parent === '.' ? '' : parent);
  if (found.kind === 'folder') return undefined;
  throw new RefusedError(`is to be in '${parent}', which is no folder of the repository`, place);
}

/** Blank lines, comments and separators only. */
function saysNothing(yaml: Buffer): boolean {
  return !/^(?!\s*(?:#.*)?$|---\s*$)/m.test(yaml.toString('utf8'));
}

async function readFile(
  { lookup, read }: CommitPorts,
  path: string,
  maxBytes: number,
  place: { readonly file: string; readonly field?: string } = { file: path },
): Promise<Buffer | undefined> {
  const found = await findOne({ lookup }, path);
  if (found.kind === 'escapes') throw new RefusedError('leads out of the repository', place);
  if (found.kind === 'folder') throw new RefusedError('is a folder: it must be a file', place);
  if (found.kind === 'missing') return undefined;
  if (found.size > maxBytes) throw new RefusedError(`is larger than ${String(maxBytes)} bytes`, place);
  const chunks: Buffer[] = [];
  for await (const { bytes } of read([found])) chunks.push(bytes);
  return Buffer.concat(chunks);
}

async function findOne({ lookup }: Pick<CommitPorts, 'lookup'>, path: string): Promise<Found> {
  const [found] = await lookup([path]);
  return found ?? { kind: 'missing' };
}
