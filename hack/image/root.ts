import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from './arch.ts';
import { readLock } from './debian/lock.ts';
import { controlOf } from './debian/packages.ts';
import { type Taken, takeFromDebian } from './debian/taken.ts';
import { makeBundle } from './parts/bundle.ts';
import { fetchNode } from './parts/node.ts';
import { buildPrograms } from './parts/programs.ts';
import { billOfMaterials, goModules } from './sbom.ts';
import { createTree, seal, type Tree } from './tree.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');

/** Where the image keeps the list of what is in it. */
const SBOM = 'usr/share/sbom/helm-release-operator.cdx.json';

export interface RootOptions {
  readonly arch: Arch;
  /** Filled; made if it is not there. */
  readonly folder: string;
  readonly time: Date;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

/** Puts the image's root file system together, the same from the same sources, and returns the digest over all of it. */
export async function assemble({ arch, folder, time, env, say }: RootOptions): Promise<string> {
  if (existsSync(folder) && (await readdir(folder)).length > 0) throw new Error(`${folder} is not empty`);
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(tmpdir(), 'image-root-'));
  try {
    const version = await operatorVersion();
    const node = await fetchNode(arch, join(temporary, 'node'), env);
    const programs = await buildPrograms({ arch, version, env, say });
    const { snapshot, [arch]: packages } = await readLock();
    const places = { arch, packages, snapshot, others: [node.path], folder: join(temporary, 'debian') };
    const debian = await takeFromDebian({ ...places, env });
    const bundle = await makeBundle(env);

    const tree = createTree(folder);
    await layOutSystem(tree, debian, env);
    await layOutOperator(tree, bundle.folder);
    await tree.copy(node.path, 'usr/local/bin/node');
    await tree.text('usr/share/doc/node/LICENSE', node.license);
    for (const { name, path, license } of programs) {
      await tree.copy(path, join('usr/local/bin', name));
      if (license !== undefined) await tree.text(join('usr/share/doc', name, 'LICENSE'), license);
    }
    const go = await goModules(programs, env);
    const parts = { debian: debian.packages, npm: bundle.packages, node: node.version, go };
    await tree.text(SBOM, billOfMaterials({ arch, version, time, ...parts }));
    return await seal(folder, time);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function operatorVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

async function layOutSystem(tree: Tree, { files, packages }: Taken, env: NodeJS.ProcessEnv): Promise<void> {
  const certificates: string[] = [];
  for (const { path, package: from } of files) {
    const source = join(from.folder, path);
    if (path.endsWith('.crt')) certificates.push(await readFile(source, 'utf8'));
    else if ((await lstat(source)).isSymbolicLink()) await tree.link(await readlink(source), path);
    else await tree.copy(source, path);
  }
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    await tree.directory(join('usr', name), 0o755);
    await tree.link(join('usr', name), name);
  }
  for (const { name, archive } of packages)
    await tree.text(`var/lib/dpkg/status.d/${name}`, await controlOf(archive, env));
  await tree.link('../usr/lib/os-release', 'etc/os-release');
  await tree.text(
    'etc/ssl/certs/ca-certificates.crt',
    certificates.map((text) => `${text.trim()}\n`).join(''),
  );
  // ssh does not run for a user that has no name.
  await tree.text(
    'etc/passwd',
    USERS.map(([name, id, home]) => `${name}:x:${id}:${id}::${home}:/nonexistent\n`).join(''),
  );
  await tree.text('etc/group', USERS.map(([name, id]) => `${name}:x:${id}:\n`).join(''));
  await tree.text('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n');
  await tree.directory('tmp', 0o1777);
  for (const path of ['dev', 'proc', 'sys', 'run', 'root', 'var/lib/helm-release-operator'])
    await tree.directory(path, 0o755);
}

const USERS = [
  ['root', '0', '/root'],
  ['helm-operator', '10001', '/tmp'],
  ['nobody', '65534', '/nonexistent'],
] as const;

async function layOutOperator(tree: Tree, bundle: string): Promise<void> {
  for (const name of await readdir(bundle)) await tree.copy(join(bundle, name), join('app', name));
  for (const name of ['LICENSE', 'NOTICE']) await tree.copy(join(REPOSITORY, name), join('app', name));
  await tree.copy(join(import.meta.dirname, 'ssh_known_hosts'), 'etc/ssh/ssh_known_hosts');
}
