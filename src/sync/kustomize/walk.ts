import type { CommitFile, FileContent, Found } from '../../git/files.ts';
import type { ValuesMap } from '../../values/merge.ts';
import type { Reference } from './fields.ts';
import { KUSTOMIZATION_NAMES } from './kustomization.ts';
import { pathOf } from './references.ts';
import { inFile, RefusedError } from './refused.ts';

/** One commit, read from git's objects. */
export interface CommitPorts {
  readonly lookup: (paths: readonly string[]) => Promise<readonly Found[]>;
  readonly read: (files: readonly CommitFile[]) => AsyncIterable<FileContent>;
}

export interface ClosureBounds {
  readonly files: number;
  readonly bytes: number;
}

/** What is known on the way through the kustomizations that lead to each other. */
export interface Walk {
  readonly ports: CommitPorts;
  readonly bounds: ClosureBounds;
  /** By path from the root of the repository. */
  readonly found: Map<string, Found>;
  readonly plugins: Map<string, Plugin>;
  readonly files: Map<string, CommitFile>;
  /** As in Closure. */
  readonly written: Map<string, string>;
  readonly meaning: Map<string, string>;
  readonly roots: Map<string, Root>;
  references: number;
  bytes: number;
  /** Of what is parsed here. */
  configBytes: number;
}

/** Where a fault is, so far. */
export interface Within {
  readonly file: string;
  /** Of the kustomization, when the file is that one and the fault in a text inside of it. */
  readonly field?: string;
}

/** A folder with a kustomization, and who wants it. */
export interface Root {
  readonly folder: string;
  readonly wantedBy?: Within;
}

export interface Unit {
  readonly folder: string;
  readonly file: string;
  readonly kustomization: ValuesMap;
}

/** The configuration of generators or transformers. */
export interface Plugin {
  readonly place: Within;
  readonly configs: readonly ValuesMap[];
}

const MAX_FILE_BYTES = 5_000_000;
const MAX_CONFIG_BYTES = 10_000_000;
const MAX_NAME_BYTES = 255;

export function startWalk(ports: CommitPorts, bounds: ClosureBounds): Walk {
  return {
    ...{ ports, bounds, found: new Map(), plugins: new Map(), files: new Map(), written: new Map() },
    ...{ meaning: new Map(), roots: new Map(), references: 0, bytes: 0, configBytes: 0 },
  };
}

/** Says of every refusal in `work` where it is. */
export function inPlace<T>({ file, field }: Within, work: () => T): T {
  return inFile(file, () => {
    try {
      return work();
    } catch (caught) {
      if (!(caught instanceof RefusedError) || field === undefined) throw caught;
      // Its line is one of the text, and not of the file.
      const { line: _line, field: inner, ...rest } = caught.place;
      throw new RefusedError(caught.message, {
        ...rest,
        field: inner === undefined ? field : `${field}: ${inner}`,
      });
    }
  });
}

/** The file that a reference means; what it means has been looked up. */
export function fileAt(
  walk: Walk,
  folder: string,
  { text, field }: Reference,
): Extract<Found, { kind: 'file' }> {
  const found = walk.found.get(pathOf({ text, field }, folder));
  const refuse = (why: string): RefusedError => new RefusedError(`names '${text}', which ${why}`, { field });
  switch (found?.kind) {
    case 'file':
      if (KUSTOMIZATION_NAMES.some((name) => `/${found.path}`.endsWith(`/${name}`))) {
        throw refuse('is a kustomization: name its folder');
      }
      return found;
    case 'folder':
      throw refuse('is a folder: it must be a file');
    case 'escapes':
      throw refuse('leads out of the repository');
    case 'missing':
    case undefined:
      throw refuse('is not in the repository');
  }
}

/** Counts one file more, and throws when it is one too many. */
export function count(walk: Walk, { path, size }: CommitFile, place: Within): void {
  if (size > MAX_FILE_BYTES)
    throw new RefusedError(`'${path}' is larger than ${mega(MAX_FILE_BYTES)}`, place);
  if (path.split('/').some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)) {
    throw new RefusedError('names a file whose name is too long', place);
  }
  countBytes(walk, size, place);
  if (walk.files.size + walk.roots.size >= walk.bounds.files) throw tooMany(walk, place);
}

/** Counts what is read or written; texts as well, which aliases can multiply. */
export function countBytes(walk: Walk, bytes: number, place: Within): void {
  walk.bytes += bytes;
  if (walk.bytes <= walk.bounds.bytes) return;
  throw new RefusedError(`all that is built together is larger than ${mega(walk.bounds.bytes)}`, place);
}

export function countConfig(walk: Walk, bytes: number, place: Within): void {
  walk.configBytes += bytes;
  if (walk.configBytes <= MAX_CONFIG_BYTES) return;
  throw new RefusedError(
    `all kustomizations and generators that are built together are larger than ${mega(MAX_CONFIG_BYTES)}`,
    place,
  );
}

export function tooMany({ bounds }: Walk, place: Within): RefusedError {
  return new RefusedError(`all that is built together is more than ${String(bounds.files)} files`, place);
}

function mega(bytes: number): string {
  return `${String(Math.round(bytes / 1e5) / 10)} MB`;
}
