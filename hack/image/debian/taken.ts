import { join } from 'node:path';
import type { Arch } from '../arch.ts';
import { type DebianPackage, fetchPackage, unpackPackage } from './packages.ts';
import { type Chosen, select } from './selection.ts';

export interface TakenOptions {
  readonly arch: Arch;
  readonly packages: readonly DebianPackage[];
  readonly snapshot: string;
  /** Other programs that the image will have: what they are linked with is taken too. */
  readonly others: readonly string[];
  /** Filled with all that is in the packages. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Taken {
  readonly files: readonly Chosen[];
  /** Packages that a file is of, with their archives. */
  readonly packages: readonly (DebianPackage & { readonly archive: string })[];
}

export async function takeFromDebian(options: TakenOptions): Promise<Taken> {
  const { arch, packages, others, folder, env } = options;
  const fetched = [];
  for (const one of packages) {
    const archive = await fetchPackage(one, options);
    const place = join(folder, one.name);
    await unpackPackage(archive, place, env);
    fetched.push({ ...one, archive, folder: place });
  }
  const files = select(fetched, { arch, others });
  const used = new Set(files.map((file) => file.package.name));
  return { files, packages: fetched.filter(({ name }) => used.has(name)) };
}
