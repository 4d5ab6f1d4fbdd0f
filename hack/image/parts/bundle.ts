import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../command.ts';
import { lockedPackages } from './npm-lock.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  readonly integrity: string | undefined;
}

export interface Bundle {
  /** The folder with main.mjs and what lies beside it. */
  readonly folder: string;
  /** The npm packages that something in it is from. */
  readonly packages: readonly NpmPackage[];
}

export async function makeBundle(env: NodeJS.ProcessEnv): Promise<Bundle> {
  await command(process.execPath, [join(ROOT, 'hack', 'bundle.ts')], { cwd: ROOT, env });
  const folder = join(ROOT, 'dist');
  return { folder, packages: await packagesIn(folder) };
}

/** As the source maps tell it: what was left out of the bundle is in none. */
async function packagesIn(folder: string): Promise<readonly NpmPackage[]> {
  const places = new Set<string>();
  for (const map of globSync('*.map', { cwd: folder })) {
    const { sources } = JSON.parse(await readFile(join(folder, map), 'utf8')) as {
      readonly sources: readonly string[];
    };
    for (const source of sources) {
      const place = /^.*?\/node_modules\/((?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1];
      if (place !== undefined) places.add(place);
    }
  }
  const locked = await lockedPackages();
  const owners = new Set([...places].map((place) => ownerOf(place, locked)));
  return [...owners].sort().map((place) => {
    const { version, license, integrity } = locked.get(place) ?? {};
    if (version === undefined)
      throw new Error(`the bundle has something of ${place}, which package-lock.json has not`);
    return { name: place.replace(/^.*\/node_modules\//, ''), version, license, integrity };
  });
}

/** A package may be published with copies of others inside, which npm knows nothing of: they are part of it. */
function ownerOf(place: string, locked: ReadonlyMap<string, unknown>): string {
  const outer = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')));
  return locked.has(place) || outer === '' ? place : ownerOf(outer, locked);
}
