import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import { GIT_SYNC, GIT_SYNC_PROSE } from './git-sync.ts';
import { HELM_RELEASE, HELM_RELEASE_PROSE } from './helm-release.ts';
import { definitionOf, type KindDefinition } from './kind.ts';
import { type Prose, referenceOf } from './reference.ts';

/** Every file that is made from the schema in src/api, by its path in the repository. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([...filesOf(HELM_RELEASE, HELM_RELEASE_PROSE), ...filesOf(GIT_SYNC, GIT_SYNC_PROSE)]);
}

function filesOf(kind: KindDefinition, prose: Prose): readonly (readonly [file: string, content: string])[] {
  const definition = [
    '# Written by `npm run crds` from the schema in src/api; do not edit it here.',
    dump(definitionOf(kind), { lineWidth: 120, noRefs: true }),
  ].join('\n');
  return [
    [`crds/${kind.singular}.yaml`, definition],
    [`charts/helm-release-operator/crds/${kind.singular}.yaml`, definition],
    [`docs/reference/${kind.singular}.md`, referenceOf(kind, prose)],
  ];
}

/** Those that are not in `root` as they should be. */
export async function staleFiles(root: string): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const [file, content] of generatedFiles()) {
    if ((await textOf(join(root, file))) !== content) stale.push(file);
  }
  return stale;
}

export async function writeFiles(root: string, files: readonly string[]): Promise<void> {
  for (const [file, content] of generatedFiles()) {
    if (!files.includes(file)) continue;
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), content);
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
