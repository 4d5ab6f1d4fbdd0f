import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DebianPackage } from './packages.ts';

const packages = z
  .array(z.strictObject({ name: z.string(), version: z.string(), file: z.string(), sha256: z.string() }))
  .readonly();

const schema = z.strictObject({
  /** Debian's name of the release. */
  release: z.string(),
  /** Names a state of snapshot.debian.org in which all of them are. */
  snapshot: z.string(),
  amd64: packages,
  arm64: packages,
});

/** Every package of Debian that the image takes something from. */
export type DebianLock = Readonly<z.infer<typeof schema>> & {
  readonly amd64: readonly DebianPackage[];
  readonly arm64: readonly DebianPackage[];
};

export const LOCK = join(import.meta.dirname, 'debian-lock.json');

export async function readLock(): Promise<DebianLock> {
  return schema.parse(JSON.parse(await readFile(LOCK, 'utf8')));
}
