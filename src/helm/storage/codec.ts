import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { OperatorError } from '../../api/errors.ts';
import { memberText, withMembers } from './json-text.ts';
import type { HelmStatus } from './helm-status.ts';
import { releaseSchema, type StoredRelease } from './stored-release.ts';

/** What Helm has stored cannot be read, or is not what it was a moment ago. */
export class StorageError extends OperatorError {
  readonly reason = 'HelmStorage';
  readonly retry = 'backoff';
}

export interface StatusEdit {
  readonly status: HelmStatus;
  /** What Helm's history shows beside the revision; without it the old text stays. */
  readonly description?: string;
}

const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
const unzip = promisify(gunzip);
const zip = promisify<Buffer, { level: number }, Buffer>(gzip);

/** Reads `data.release` of one of Helm's Secrets. */
export async function decodeRelease(data: string): Promise<StoredRelease> {
  const { bytes } = await unpack(data);
  return parseRelease(bytes.toString('utf8'), 'the record that Helm stored');
}

/** Reads a release as Helm writes it in JSON: into its storage, or as the output of a command. */
export function parseRelease(json: string, what: string): StoredRelease {
  let parsed: ReturnType<typeof releaseSchema.safeParse>;
  try {
    parsed = releaseSchema.safeParse(JSON.parse(json));
  } catch (cause) {
    throw new StorageError(`${what} is not JSON`, { cause });
  }
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new StorageError(`${what} is damaged at ${where || 'its top'}`);
  }
  return { ...parsed.data, configText: memberText(json, ['config']) ?? 'null' };
}

/** The same record with another status. Nothing else of it changes, not by a digit; without any change, nothing at all. */
export async function withStatus(data: string, { status, description }: StatusEdit): Promise<string> {
  const { bytes, zipped } = await unpack(data);
  // Latin-1 maps bytes to characters one to one, and all that is looked for is ASCII.
  const members = { status, ...(description === undefined ? {} : { description }) };
  const text = bytes.toString('latin1');
  let edited: string;
  try {
    edited = withMembers(text, ['info'], members);
  } catch (cause) {
    throw new StorageError('the record that Helm stored is damaged', { cause });
  }
  if (edited === text) return data;
  const packed = Buffer.from(edited, 'latin1');
  const inner = (zipped ? await zip(packed, { level: 9 }) : packed).toString('base64');
  return Buffer.from(inner, 'latin1').toString('base64');
}

/** Two layers of base64, the outer one of Kubernetes and the inner one of Helm; in old releases no gzip below them. */
async function unpack(data: string): Promise<{ bytes: Buffer; zipped: boolean }> {
  const bytes = Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64');
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 0x08) return { bytes, zipped: false };
  try {
    return { bytes: await unzip(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }), zipped: true };
  } catch (cause) {
    const tooLarge = cause instanceof RangeError;
    throw new StorageError(
      tooLarge
        ? 'the record that Helm stored is larger than 64 MiB'
        : 'the record that Helm stored is damaged',
      { cause },
    );
  }
}
