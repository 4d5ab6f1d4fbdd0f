import type { CommitFile, FileContent } from '../../git/files.ts';
import type { Fault } from '../document.ts';
import type { Parser } from './parser.ts';

/** What a build needs of one commit, and the reading that all builds share. */
export interface BuildPorts {
  /** The regular files below a folder, sorted by path; throws when there is no such folder. */
  readonly files: (path: string) => Promise<readonly CommitFile[]>;
  readonly read: (files: readonly CommitFile[]) => AsyncIterable<FileContent>;
  /** What stands at paths from the root, in their order: of interest is where `kind` is `file`. */
  readonly lookup: (paths: readonly string[]) => Promise<readonly { readonly kind: string }[]>;
  readonly kustomize: (unit: BuiltUnit, signal: AbortSignal) => Promise<UnitResult>;
  /** One for all builds: it remembers what it has read. */
  readonly parser: Parser;
}

/** A folder with a kustomization, or a path with a `.flux.yaml` in it or above. */
export type BuiltUnit =
  | { readonly kind: 'kustomize'; readonly folder: string }
  | { readonly kind: 'flux'; readonly folder: string; readonly config: string };

export type UnitResult =
  | { readonly kind: 'ok'; readonly bytes: Buffer; readonly files: number }
  | { readonly kind: 'failed'; readonly fault: Fault };
