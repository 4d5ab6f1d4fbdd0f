import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from './arch.ts';
import { build, type Builder } from './builder.ts';
import { APT_HELPER } from './debian/packages.ts';
import { assemble } from './root.ts';
import type { Source } from './source.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');

/** The folder in the context `root` that becomes the image's root; so the Dockerfile names it. */
const ROOT = 'root-of-image';

export interface BuildOptions {
  readonly builder: Builder;
  readonly arch: Arch;
  readonly tag: string;
  readonly source: Source;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

/**
 * Builds the image of one architecture. Where Debian's packages can be fetched and unpacked, its files are put together
 * here; elsewhere by the first stages of the Dockerfile, which do the same in a container.
 */
export async function buildImage({ builder, arch, tag, source, env, say }: BuildOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'image-'));
  const { version, revision, address, time } = source;
  const values = { VERSION: version, REVISION: revision, SOURCE: address };
  const common = { arch, tag, dockerfile: join(REPOSITORY, 'Dockerfile'), time, values, env };
  try {
    if (!existsSync(APT_HELPER)) {
      say(`putting the files for ${arch} together in a container, which takes some minutes`);
      await build(builder, { ...common, context: REPOSITORY, root: undefined });
      return;
    }
    const [root, context] = [join(folder, 'files'), join(folder, 'nothing')];
    await mkdir(context);
    const digest = await assemble({ arch, folder: join(root, ROOT), time, env, say });
    say(`the files for ${arch} are ${digest}`);
    await build(builder, { ...common, context, root });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
