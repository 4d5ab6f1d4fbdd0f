import { existsSync, globSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Arch, NAMES } from '../arch.ts';
import { needsOf } from '../elf.ts';

/** A package, unpacked. */
export interface Unpacked {
  readonly name: string;
  readonly folder: string;
}

/** A file or a link of a package, by its path from the root. */
export interface Chosen {
  readonly path: string;
  readonly package: Unpacked;
}

/** Programs, and what is taken without anybody naming it. */
const WANTED = [
  'usr/bin/git',
  'usr/lib/git-core/git-remote-http',
  'usr/lib/git-core/git-remote-https',
  'usr/bin/ssh',
  'usr/bin/ssh-keygen',
  'usr/bin/tini',
  'usr/lib/os-release',
  'usr/share/ca-certificates/mozilla/*.crt',
];

/** Debian has merged these with the folders below /usr. */
const MERGED = /^(bin|sbin|lib|lib64)\//;

/**
 * What of the packages goes into the image: the programs that are wanted, and what these and `others` are linked with. Nothing
 * else: no shell, no interpreter, nothing that installs.
 */
export function select(
  packages: readonly Unpacked[],
  { arch, others }: { readonly arch: Arch; readonly others: readonly string[] },
): readonly Chosen[] {
  const chosen = new Map<string, Chosen>();
  const find = (path: string): Unpacked | undefined =>
    packages.find(({ folder }) => lstatSync(join(folder, path), { throwIfNoEntry: false }) !== undefined);

  const take = (asked: string, by: string): void => {
    const path = asked.replace(/^\//, '').replace(MERGED, 'usr/$1/');
    if (chosen.has(path)) return;
    const from = find(path);
    if (from === undefined) throw new Error(`${by} needs /${path}, which no package of debian-lock.json has`);
    chosen.set(path, { path, package: from });
    const file = join(from.folder, path);
    if (lstatSync(file).isSymbolicLink()) take(resolve('/', dirname(path), readlinkSync(file)), path);
    else takeNeeded(readFileSync(file), path);
  };
  const takeNeeded = (file: Buffer, by: string): void => {
    const { loader, libraries } = needsOf(file) ?? { libraries: [] };
    if (loader !== undefined) take(loader, by);
    for (const library of libraries) take(join('usr', 'lib', NAMES[arch].libraries, library), by);
  };

  for (const pattern of WANTED) {
    const paths = pattern.includes('*')
      ? packages.flatMap(({ folder }) => globSync(pattern, { cwd: folder }))
      : [pattern];
    for (const path of paths.toSorted()) take(path, 'the image');
  }
  for (const file of others) takeNeeded(readFileSync(file), file);
  for (const from of new Set([...chosen.values()].map((one) => one.package))) {
    const copyright = copyrightOf(from, packages);
    chosen.set(copyright.path, copyright);
  }
  return [...chosen.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Some packages share the text of another, by a link from folder to folder. */
function copyrightOf({ name, folder }: Unpacked, packages: readonly Unpacked[]): Chosen {
  const docs = join('usr', 'share', 'doc', name);
  const owner = lstatSync(join(folder, docs)).isSymbolicLink() ? readlinkSync(join(folder, docs)) : name;
  const path = join('usr', 'share', 'doc', owner, 'copyright');
  const from = packages.find((one) => existsSync(join(one.folder, path)));
  if (from === undefined) throw new Error(`${name} has no copyright`);
  return { path, package: from };
}
