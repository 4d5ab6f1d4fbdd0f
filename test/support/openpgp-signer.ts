import { createMessage, generateKey, type PrivateKey, readPrivateKey, revokeKey, sign } from 'openpgp';

export interface OpenPgpSigner {
  /** As `gpg --armor --export` prints it. */
  readonly publicKey: string;
  /** The same, revoked. */
  readonly revoked: string;
  readonly key: PrivateKey;
}

/** A key that is of the beginning of 2026, unless it says otherwise. */
export async function openPgpSigner(
  name: string,
  { date = new Date(Date.UTC(2026, 0, 1)), lifeSeconds = 0 } = {},
): Promise<OpenPgpSigner> {
  const userIDs = [{ name, email: `${name.toLowerCase()}@example.com` }];
  const made = await generateKey({ userIDs, date, keyExpirationTime: lifeSeconds, format: 'armored' });
  const key = await readPrivateKey({ armoredKey: made.privateKey });
  const gone = await revokeKey({ key, format: 'armored' });
  return { publicKey: made.publicKey, revoked: gone.publicKey, key };
}

/** As `gpg --detach-sign --armor` makes it. */
export async function openPgpSignature(
  text: string | Buffer,
  signingKeys: PrivateKey | PrivateKey[],
  date = new Date(Date.UTC(2026, 0, 2)),
): Promise<string> {
  const message = await createMessage({ binary: new Uint8Array(Buffer.from(text)) });
  return (await sign({ message, signingKeys, detached: true, date, format: 'armored' })) as string;
}
