import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Closure } from './closure.ts';
import { REPOSITORY } from './placing.ts';
import type { CommitPorts } from './walk.ts';

/** Writes a closure below `into`, which must be new: regular files only, and no link is ever written through. */
export async function layOut(
  { files, written }: Pick<Closure, 'files' | 'written'>,
  read: CommitPorts['read'],
  into: string,
): Promise<void> {
  const places = new Map(files.map((file) => [file.path, placeOf(into, join(REPOSITORY, file.path))]));
  const texts = [...written].map(([path, text]) => ({ place: placeOf(into, path), text }));
  const folders = new Set([...places.values(), ...texts.map(({ place }) => place)].map(dirname));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  for (const { place, text } of texts) await put(place, text);
  if (files.length === 0) return;
  for await (const { file, bytes } of read(files)) {
    const place = places.get(file.path);
    if (place === undefined) throw new Error(`nobody asked for ${file.path}`);
    await put(place, bytes);
  }
}

/** Paths come from git's objects and have no '..'; this one does not depend on it. */
function placeOf(into: string, path: string): string {
  const place = join(into, path);
  if (!place.startsWith(into + sep)) throw new Error(`${path} leads out of the lay-out`);
  return place;
}

/** 'wx' refuses whatever is there already, also a link. */
async function put(place: string, content: string | Uint8Array): Promise<void> {
  await writeFile(place, content, { flag: 'wx', mode: 0o600 });
}
