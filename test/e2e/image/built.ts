import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from '../../../hack/image/arch.ts';
import { command } from '../../../hack/image/command.ts';
import { buildImage } from '../../../hack/image/image.ts';
import type { Source } from '../../../hack/image/source.ts';
import type { ImageConfig } from '../../support/container.ts';

/** What buildah says of an image. */
export interface Description {
  readonly architecture: string;
  readonly created: string;
  readonly config: ImageConfig & {
    readonly Labels: Readonly<Record<string, string>>;
    readonly ExposedPorts: Readonly<Record<string, object>>;
  };
}

/** Images in a storage of their own, which goes with it. */
export interface Images extends AsyncDisposable {
  /** Builds it from nothing and gives the digest that a registry would know it by. */
  readonly build: (arch: Arch, tag: string) => Promise<Pushed>;
  readonly describe: (tag: string) => Promise<Description>;
  /** The folder with its files. */
  readonly mount: (tag: string) => Promise<string>;
}

export interface Pushed {
  readonly digest: string;
  /** In MB, as it is transferred. */
  readonly size: number;
}

export const SOURCE: Source = {
  version: '0.1.0',
  revision: '0123456789abcdef0123456789abcdef01234567',
  address: 'https://git.example.com/helm-release-operator',
  time: new Date('2026-01-02T03:04:05Z'),
};

export async function openImages(): Promise<Images> {
  const dir = await mkdtemp(join(tmpdir(), 'images-'));
  const storage = join(dir, 'storage.conf');
  const [graph, run] = [join(dir, 'graph'), join(dir, 'run')];
  await writeFile(storage, `[storage]\ndriver = "vfs"\ngraphroot = "${graph}"\nrunroot = "${run}"\n`);
  const env = { ...process.env, CONTAINERS_STORAGE_CONF: storage, BUILDAH_ISOLATION: 'chroot' };
  const buildah = (...args: readonly string[]): Promise<string> =>
    command('buildah', args, { env, missing: 'run hack/debian.sh image, which installs it' });
  return {
    build: async (arch, tag) => {
      await buildImage({ builder: 'buildah', arch, tag, source: SOURCE, env, say: () => undefined });
      const pushed = join(dir, 'pushed', tag.replace(':', '-'));
      await mkdir(pushed, { recursive: true });
      await buildah('push', '--quiet', '--format', 'oci', tag, `oci:${pushed}`);
      return await pushedIn(pushed);
    },
    describe: async (tag) =>
      (JSON.parse(await buildah('inspect', '--type', 'image', tag)) as { readonly OCIv1: Description }).OCIv1,
    mount: async (tag) => {
      const container = (await buildah('from', '--pull-never', tag)).trim();
      return (await buildah('mount', container)).trim();
    },
    [Symbol.asyncDispose]: async () => {
      await buildah('rm', '--all');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function pushedIn(folder: string): Promise<Pushed> {
  const { manifests } = await json<{ manifests: readonly [{ digest: string }] }>(join(folder, 'index.json'));
  const [{ digest }] = manifests;
  const manifest = join(folder, 'blobs', ...digest.split(':'));
  const { layers } = await json<{ layers: readonly { size: number }[] }>(manifest);
  return { digest, size: layers.reduce((sum, { size }) => sum + size, 0) / 1e6 };
}

async function json<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}
