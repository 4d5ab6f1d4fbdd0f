import { createHash } from 'node:crypto';

/** What an SSH signature says of itself. Nothing of it is proved. */
export interface SshSignature {
  /** `SHA256:...` of the key that it is said to be by, as ssh-keygen shows it. */
  readonly fingerprint: string;
  /** What it was made for. */
  readonly namespace: string;
}

/** One block, and nothing beside it. */
const ARMOUR = /^-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\s*$/;
const MAGIC = 'SSHSIG';
const VERSION_BYTES = 4;

/** Undefined for what is no such signature. */
export function parseSshSignature(armoured: string): SshSignature | undefined {
  const base64 = ARMOUR.exec(armoured)?.[1];
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const key = textAt(bytes, MAGIC.length + VERSION_BYTES);
  const namespace = key && textAt(bytes, key.end);
  if (key === undefined || namespace === undefined) return undefined;
  const hash = createHash('sha256').update(key.text).digest('base64').replace(/=+$/, '');
  return { fingerprint: `SHA256:${hash}`, namespace: namespace.text.toString('utf8') };
}

/** Its length in four bytes, then the text. */
function textAt(bytes: Buffer, at: number): { readonly text: Buffer; readonly end: number } | undefined {
  if (at + 4 > bytes.length) return undefined;
  const end = at + 4 + bytes.readUInt32BE(at);
  return end > bytes.length ? undefined : { text: bytes.subarray(at + 4, end), end };
}
