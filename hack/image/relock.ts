import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Arch, ARCHS } from './arch.ts';
import { LOCK } from './debian/lock.ts';
import type { DebianPackage } from './debian/packages.ts';
import { RELEASE, resolvePackages } from './debian/resolve.ts';
import { takeFromDebian } from './debian/taken.ts';
import { fetchNode } from './parts/node.ts';

/** Writes down the newest packages of Debian that the image takes something from. */
export async function relock(now: Date, env: NodeJS.ProcessEnv): Promise<void> {
  const snapshot = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const folder = await mkdtemp(join(tmpdir(), 'image-lock-'));
  try {
    const found: [Arch, readonly DebianPackage[]][] = [];
    for (const arch of ARCHS) {
      const packages = await resolvePackages(arch, join(folder, arch, 'apt'), env);
      const node = await fetchNode(arch, join(folder, arch, 'node'), env);
      const files = join(folder, arch, 'files');
      const taken = await takeFromDebian({
        arch,
        packages,
        snapshot,
        others: [node.path],
        folder: files,
        env,
      });
      found.push([
        arch,
        taken.packages.map(({ name, version, file, sha256 }) => ({ name, version, file, sha256 })),
      ]);
    }
    const lock = { release: RELEASE, snapshot, ...Object.fromEntries(found) };
    await writeFile(LOCK, `${JSON.stringify(lock, undefined, 2)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
