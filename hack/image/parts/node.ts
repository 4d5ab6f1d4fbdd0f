import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { extract } from 'tar';
import { cacheFolder } from '../../testenv/tools/cache.ts';
import { type Arch, NAMES } from '../arch.ts';
import { command } from '../command.ts';
import { lockedPackages } from './npm-lock.ts';

export interface NodeProgram {
  readonly version: string;
  readonly path: string;
  readonly license: string;
}

/** Node of the lock file, from npm; `folder` is filled with it. */
export async function fetchNode(arch: Arch, folder: string, env: NodeJS.ProcessEnv): Promise<NodeProgram> {
  const name = `node-linux-${NAMES[arch].node}`;
  const { version, integrity } = (await lockedPackages()).get(name) ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`package-lock.json has no ${name}`);
  const archive = await packed(`${name}@${version}`, integrity, env);
  await mkdir(folder, { recursive: true });
  const wanted = ['package/bin/node', 'package/LICENSE'];
  await extract({ file: archive, cwd: folder, strip: 1, filter: (path) => wanted.includes(path) });
  const license = await readFile(join(folder, 'LICENSE'), 'utf8');
  return { version, path: join(folder, 'bin', 'node'), license };
}

async function packed(spec: string, integrity: string, env: NodeJS.ProcessEnv): Promise<string> {
  const folder = join(cacheFolder(env), 'image', 'npm');
  const target = join(folder, `${spec}.tgz`);
  if (existsSync(target) && (await integrityOf(target)) === integrity) return target;
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, 'part-'));
  try {
    const told = await command('npm', ['pack', spec, '--json', '--pack-destination', temporary], { env });
    const [{ filename }] = JSON.parse(told) as [{ readonly filename: string }];
    const file = join(temporary, filename);
    const found = await integrityOf(file);
    if (found !== integrity)
      throw new Error(`${spec} from npm is not that of package-lock.json: ${found} instead of ${integrity}`);
    await rename(file, target);
    return target;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function integrityOf(file: string): Promise<string> {
  const digest = createHash('sha512')
    .update(await readFile(file))
    .digest('base64');
  return `sha512-${digest}`;
}
