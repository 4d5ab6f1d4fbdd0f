import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const FOLDER = 'node_modules/';

export interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
}

/** The packages of package-lock.json by their place below node_modules: one inside of another has a place of its own. */
export async function lockedPackages(): Promise<ReadonlyMap<string, LockedPackage>> {
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  return new Map(
    Object.entries(packages).flatMap(([path, locked]) =>
      path.startsWith(FOLDER) ? [[path.slice(FOLDER.length), locked] as const] : [],
    ),
  );
}
