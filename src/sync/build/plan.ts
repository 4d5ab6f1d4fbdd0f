import { posix } from 'node:path';
import type { CommitFile } from '../../git/files.ts';
import { normalizePath } from '../../git/paths.ts';
import { chartFolders, folderOf, foldersOf, isWithin } from './chart-folders.ts';
import type { Ignored } from './ignore-file.ts';

/** What is built in one way; of those that kustomize builds with the file that says so. */
export type Unit =
  | { readonly kind: 'files'; readonly files: readonly CommitFile[] }
  | { readonly kind: 'kustomize'; readonly folder: string; readonly file: string }
  | { readonly kind: 'flux'; readonly folder: string; readonly config: string };

export interface Plan {
  readonly units: readonly Unit[];
  /** Manifests that a `.gitsyncignore` names. */
  readonly ignored: number;
}

const FLUX_CONFIG = '.flux.yaml';
const KUSTOMIZATIONS: ReadonlySet<string> = new Set([
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
]);
const MANIFEST = /\.(?:yaml|yml|json)$/;

/** The paths of a list in their one form, without those that lie within another. Throws InvalidSpecError. */
export function outermost(paths: readonly string[]): readonly string[] {
  const folders = new Set(paths.map(normalizePath));
  return [...folders].filter((path) => !isWithin(path, folders));
}

/** Where the `.flux.yaml` of a path may be, the one that counts first: fluxd looked in the path, then in each folder above. */
export function fluxConfigsOf(path: string): readonly string[] {
  return [path, ...foldersOf(path)].map((folder) => posix.join(folder, FLUX_CONFIG));
}

/**
 * What to do with the files below a path. As by `*.yaml` in a shell, what begins with a dot is no manifest (`.github/`,
 * `.gitlab-ci.yml`), except in the path itself. Each outermost folder with a kustomization is built as a whole.
 */
export function planBuild(path: string, files: readonly CommitFile[], isIgnored: Ignored): Plan {
  const charts = chartFolders(files);
  const visible = files.filter((file) => !isHidden(path, file.path) && !isWithin(file.path, charts));
  const kustomizations = new Map<string, string>();
  for (const file of visible) {
    const isOne = KUSTOMIZATIONS.has(posix.basename(file.path)) && !isIgnored(file.path);
    if (isOne && !kustomizations.has(folderOf(file.path))) kustomizations.set(folderOf(file.path), file.path);
  }
  const folders = new Set(kustomizations.keys());
  const manifests = visible.filter((file) => MANIFEST.test(file.path) && !isWithin(file.path, folders));
  const plain = manifests.filter((file) => !isIgnored(file.path));
  return {
    units: [
      ...(plain.length > 0 ? [{ kind: 'files' as const, files: plain }] : []),
      ...[...kustomizations]
        .filter(([folder]) => !isWithin(folder, folders))
        .map(([folder, file]) => ({ kind: 'kustomize' as const, folder, file })),
    ],
    ignored: manifests.length - plain.length,
  };
}

function isHidden(path: string, file: string): boolean {
  const below = path === '' ? file : file.slice(path.length + 1);
  return below.startsWith('.') || below.includes('/.');
}
