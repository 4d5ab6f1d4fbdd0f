import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { ChecksumSource } from './catalog.ts';
import { httpGet } from './http-get.ts';
import type { GetOptions } from './http-get.ts';

/** The published SHA-256 of the file `name`. */
export async function publishedChecksum(
  source: ChecksumSource,
  name: string,
  options: GetOptions,
): Promise<string> {
  const response = await httpGet(source.url, options);
  const body = await text(response);
  if (response.statusCode !== 200) {
    throw new Error(`${source.url} answered ${String(response.statusCode)}`);
  }
  const found = source.kind === 'text' ? fromText(body, name) : fromRelease(body, name);
  if (found === undefined) throw new Error(`${source.url} holds no SHA-256 of ${name}`);
  return found;
}

/** One hash alone, or the hash before the file's name in the format of sha256sum. */
function fromText(body: string, name: string): string | undefined {
  const lines = body
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+\*?/));
  const line =
    lines.length === 1 && lines[0]?.length === 1 ? lines[0] : lines.find(([, file]) => file === name);
  return asHash(line?.[0]);
}

function fromRelease(body: string, name: string): string | undefined {
  const { assets = [] } = JSON.parse(body) as {
    assets?: readonly { name: string; digest?: string | null }[];
  };
  const digest = assets.find((asset) => asset.name === name)?.digest;
  return asHash(digest?.replace(/^sha256:/, ''));
}

function asHash(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : undefined;
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
