import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidChartError } from '../../api/errors.ts';
import { type Dependency } from '../content/chart-yaml.ts';
import { readChart } from '../content/content.ts';
import { allowsVersion } from '../versions/pick.ts';
import { readMetadata } from './metadata.ts';
import type { Part } from './plan.ts';

/**
 * Makes room in charts/ for what was resolved. Like `helm dependency update`, removes every packed chart there but
 * those of dependencies without a repository; and an unpacked one of the same name, or helm would see both.
 */
export async function clearReplaced(charts: string, parts: readonly Part[]): Promise<void> {
  const replaced = parts.filter(({ kind }) => kind !== 'vendored').map(({ dependency }) => dependency.name);
  if (replaced.length === 0) return;
  const kept = new Set(
    parts.filter(({ kind }) => kind === 'vendored').map(({ dependency }) => dependency.name),
  );
  for (const file of await packedIn(charts)) {
    if (!kept.has((await nameIn(file)) ?? '')) await rm(file);
  }
  for (const name of replaced) await rm(join(charts, name), { recursive: true, force: true });
}

/** Puts a packaged chart into charts/. The same one may come twice, under two aliases. */
export async function putArchive(charts: string, name: string, archive: string): Promise<void> {
  await mkdir(charts, { recursive: true });
  await rm(join(charts, name), { force: true });
  await copyFile(archive, join(charts, name));
}

/** A dependency without a repository has to lie in charts/, in a version that satisfies it. */
export async function checkVendored(
  charts: string,
  { name, version }: Dependency,
  subject: string,
): Promise<void> {
  const found = await vendoredVersion(charts, name);
  if (found === undefined) {
    throw new InvalidChartError(
      `${subject} has the dependency ${name} without a repository, so it should be in charts/, but it is not`,
    );
  }
  if (allowsVersion(version, found)) return;
  throw new InvalidChartError(
    `${subject} has ${name} ${found} in charts/, but wants ${JSON.stringify(version)} of it`,
  );
}

async function vendoredVersion(charts: string, name: string): Promise<string | undefined> {
  const unpacked = await readMetadata(join(charts, name)).catch(() => undefined);
  if (unpacked) return unpacked.version;
  for (const file of await packedIn(charts)) {
    const content = await readPacked(file);
    if (content?.name === name) return content.version;
  }
  return undefined;
}

const nameIn = async (file: string): Promise<string | undefined> => (await readPacked(file))?.name;

async function packedIn(charts: string): Promise<readonly string[]> {
  const names = await readdir(charts).catch(() => []);
  return names.filter((name) => name.endsWith('.tgz')).map((name) => join(charts, name));
}

/** Undefined for what is no chart, which helm then complains of. */
function readPacked(file: string): Promise<{ name: string; version: string } | undefined> {
  return readChart(file, file).catch(() => undefined);
}
