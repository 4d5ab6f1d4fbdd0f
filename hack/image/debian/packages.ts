import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../testenv/tools/cache.ts';
import { sha256Of } from '../../testenv/tools/checksum.ts';
import { command } from '../command.ts';

/** One package of Debian, exactly. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Below the mirror: `debian/pool/...` or `debian-security/pool/...`. */
  readonly file: string;
  readonly sha256: string;
}

/** Gets a file as apt does: by its proxies and credentials. */
export const APT_HELPER = '/usr/lib/apt/apt-helper';
const APT = 'it is part of apt: use a machine with Debian or Ubuntu, or docker build, which brings one';

/**
 * The package as a file, from a mirror of Debian or, once it is gone from there, from the archive of all that there ever was.
 * Whoever serves it: only what has the checksum is taken.
 */
export async function fetchPackage(
  { file, sha256, name, version }: DebianPackage,
  { snapshot, env }: { readonly snapshot: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  const folder = join(cacheFolder(env), 'image', 'debian');
  const target = join(folder, `${sha256}.deb`);
  if (existsSync(target)) return target;
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, 'part-'));
  try {
    const [archive = '', ...path] = file.split('/');
    const places = [
      `http://deb.debian.org/${file}`,
      `https://snapshot.debian.org/archive/${archive}/${snapshot}/${path.join('/')}`,
    ];
    const part = join(temporary, 'package.deb');
    const reasons: string[] = [];
    for (const place of places) {
      const why = await command(APT_HELPER, ['download-file', place, part, `SHA256:${sha256}`], {
        env,
        missing: APT,
      }).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (why === undefined && (await sha256Of(part)) === sha256) {
        await rename(part, target);
        return target;
      }
      reasons.push(`${place}: ${why ?? 'it has another checksum'}`);
    }
    throw new Error(`${name} ${version} cannot be had:\n${reasons.join('\n')}`);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Takes the files out and runs nothing of what is inside. */
export async function unpackPackage(file: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  await mkdir(folder, { recursive: true });
  await command('dpkg-deb', ['--extract', file, folder], { env, missing: APT });
}

/** What the package says of itself, as scanners look for it in /var/lib/dpkg. */
export async function controlOf(file: string, env: NodeJS.ProcessEnv): Promise<string> {
  return command('dpkg-deb', ['--field', file], { env, missing: APT });
}
