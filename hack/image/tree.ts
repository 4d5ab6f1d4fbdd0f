import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import {
  chmod,
  lutimes,
  mkdir,
  readFile,
  readlink,
  symlink,
  writeFile,
  copyFile,
  lstat,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A root file system that is being put together. All of it is root's: the image's user may change nothing. */
export interface Tree {
  readonly folder: string;
  text(path: string, content: string): Promise<void>;
  /** Executable if the source is, and never with more rights than that. */
  copy(source: string, path: string): Promise<void>;
  link(target: string, path: string): Promise<void>;
  directory(path: string, mode: number): Promise<void>;
}

export function createTree(folder: string): Tree {
  const place = async (path: string): Promise<string> => {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
    return file;
  };
  return {
    folder,
    text: async (path, content) => {
      const file = await place(path);
      await writeFile(file, content);
      await chmod(file, 0o644);
    },
    copy: async (source, path) => {
      const file = await place(path);
      await copyFile(source, file);
      // Without setuid: no program here is to give anybody the rights of its owner.
      await chmod(file, ((await lstat(source)).mode & 0o111) === 0 ? 0o644 : 0o755);
    },
    link: async (target, path) => symlink(target, await place(path)),
    directory: async (path, mode) => {
      const dir = join(folder, path);
      await mkdir(dir, { recursive: true, mode: 0o755 });
      await chmod(dir, mode);
    },
  };
}

/** Gives every file the same time, and names the tree by all that is in it: paths, modes, contents. */
export async function seal(folder: string, time: Date): Promise<string> {
  const hash = createHash('sha256');
  for (const path of ['.', ...pathsBelow(folder)]) {
    const file = join(folder, path);
    const info = await lstat(file);
    if (info.isDirectory() && (info.mode & 0o1000) === 0) await chmod(file, 0o755);
    const mode = info.isSymbolicLink() ? 0 : (await lstat(file)).mode & 0o7777;
    hash.update(
      `${path}\0${info.isDirectory() ? 'd' : info.isSymbolicLink() ? 'l' : 'f'}${mode.toString(8)}\0`,
    );
    if (info.isSymbolicLink()) hash.update(`${await readlink(file)}\0`);
    else if (info.isFile())
      hash.update(
        createHash('sha256')
          .update(await readFile(file))
          .digest(),
      );
    await lutimes(file, time, time);
  }
  return `sha256:${hash.digest('hex')}`;
}

/** Everything in a folder, sorted. Links to folders are not followed, as readdir with `recursive` does. */
export function pathsBelow(folder: string): readonly string[] {
  const below = (path: string): readonly string[] =>
    readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
      const inside = join(path, entry.name);
      return entry.isDirectory() ? [inside, ...below(inside)] : [inside];
    });
  return below('').toSorted();
}
