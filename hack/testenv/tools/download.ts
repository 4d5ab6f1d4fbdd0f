import { closeSync, openSync, writeSync } from 'node:fs';
import { chmod, rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ReleaseFile } from './catalog.ts';
import { publishedChecksum, sha256Of } from './checksum.ts';
import { httpGet } from './http-get.ts';
import type { GetOptions } from './http-get.ts';
import type { Progress } from './progress.ts';
import { unpack } from './unpack.ts';

const MEGABYTE = 1_000_000;
const MAX_CUTS = 5;

/**
 * Gets a released program to `target`: its checksum first, then the file, going on where an earlier try was cut off.
 * `target` appears by rename and only when the checksum is right.
 */
export async function download(
  file: ReleaseFile,
  target: string,
  options: GetOptions,
  progress: Progress,
): Promise<void> {
  const name = decodeURIComponent(basename(new URL(file.url).pathname));
  const wanted = await publishedChecksum(file.checksum, name, options);
  const part = `${target}.part`;
  const resumed = (await sizeOf(part)) > 0;
  await fetchWhole(part, file.url, name, options, progress);
  let found = await sha256Of(part);
  if (found !== wanted && resumed) {
    // What an earlier try left may be of another file: once more from the start.
    await rm(part, { force: true });
    await fetchWhole(part, file.url, name, options, progress);
    found = await sha256Of(part);
  }
  if (found !== wanted) {
    await rm(part, { force: true });
    throw new Error(`${name} has SHA-256 ${found}, published is ${wanted}: thrown away`);
  }
  const whole = `${target}.new`;
  if (file.member === undefined) await rename(part, whole);
  else await unpack(part, file.member, whole);
  await chmod(whole, 0o755);
  await rename(whole, target);
  await rm(part, { force: true });
}

/** Goes on after a cut as long as each try brings something. */
async function fetchWhole(
  part: string,
  url: string,
  name: string,
  options: GetOptions,
  progress: Progress,
): Promise<void> {
  for (let cuts = 0; ; cuts += 1) {
    const before = await sizeOf(part);
    try {
      await fetchRest(part, before, url, name, options, progress);
      return;
    } catch (error) {
      if (cuts === MAX_CUTS || (await sizeOf(part)) <= before) throw error;
    }
  }
}

async function fetchRest(
  part: string,
  have: number,
  url: string,
  name: string,
  options: GetOptions,
  progress: Progress,
): Promise<void> {
  const headers = have > 0 ? { range: `bytes=${have}-` } : {};
  const response = await httpGet(url, { ...options, headers });
  const { statusCode } = response;
  if (statusCode === 416 && have > 0) {
    // Nothing comes after what we have: the checksum tells whether it is the whole file.
    response.destroy();
    return;
  }
  if (statusCode !== 200 && statusCode !== 206) {
    response.destroy();
    throw new Error(`${url} answered ${String(statusCode)}`);
  }
  const resumed = statusCode === 206;
  let received = resumed ? have : 0;
  const total = received + Number(response.headers['content-length'] ?? 0);
  progress.say(`downloading ${name}${resumed ? `, going on after ${megabytes(have)}` : ''}`);
  const output = openSync(part, resumed ? 'a' : 'w', 0o600);
  try {
    await new Promise<void>((resolve, reject) => {
      // Written as it comes: what arrived before a cut must be in the file, for the next try to go on after it.
      response.on('data', (chunk: Buffer) => {
        writeSync(output, chunk);
        received += chunk.length;
        progress.update(`downloading ${name}: ${megabytes(received)} of ${megabytes(total)}`);
      });
      response.once('end', resolve);
      response.once('error', reject);
    });
  } finally {
    closeSync(output);
    progress.done();
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}
