/** Why ssh could not use a private key, as the end of a sentence; undefined if it can. */
export function whyUnusable(key: string): string | undefined {
  const text = key.replaceAll('\r', '').trim();
  const [, label] = /^-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----\n/.exec(text) ?? [];
  if (label === undefined) {
    return /^(?:ssh-|ecdsa-|sk-)/.test(text)
      ? 'is a public key: put the private one there'
      : 'is not a private key in PEM or OpenSSH form: put one there as ssh-keygen writes it';
  }
  if (!text.endsWith(`-----END ${label}-----`)) return 'is cut off: put the whole file there';
  const isProtected =
    label === 'ENCRYPTED PRIVATE KEY' ||
    /^Proc-Type: 4,ENCRYPTED$/m.test(text) ||
    (label === 'OPENSSH PRIVATE KEY' && cipherOf(text) !== 'none');
  return isProtected ? 'has a passphrase: make a key without one (ssh-keygen -p -N "")' : undefined;
}

const MAGIC = 'openssh-key-v1\0';

/** The first field after the magic word; `none` also where it cannot be read, for then ssh says better what is wrong. */
function cipherOf(text: string): string {
  const body = Buffer.from(text.replace(/^-----.*$/gm, ''), 'base64');
  if (body.toString('latin1', 0, MAGIC.length) !== MAGIC || body.length < MAGIC.length + 4) return 'none';
  const length = body.readUInt32BE(MAGIC.length);
  return body.toString('latin1', MAGIC.length + 4, MAGIC.length + 4 + Math.min(length, 64));
}
