import type * as OpenPgp from 'openpgp';
import type { PublicKey, Signature, SignaturePacket } from 'openpgp';
import type { Clock } from '../../telemetry/clock.ts';
import { harmless } from './commit-facts.ts';
import { refused, type Verdict, type VerifySignature } from './signed-object.ts';
import { KeysError, type TrustedKeys } from './trusted-keys.ts';

const MAX_USER = 100;
const MAX_WORDS = 200;

/** The library is loaded with the first signature: most operators never see one. */
export function createVerifyOpenpgp({ clock }: { readonly clock: Pick<Clock, 'now'> }): VerifySignature {
  return async ({ signature: armoured, signed }, trusted, { good }) => {
    const pgp = await import('openpgp');
    const keys = await readKeys(pgp, trusted);
    const signature = await pgp.readSignature({ armoredSignature: armoured }).catch(() => undefined);
    const [packet, second] = signature?.packets ?? [];
    if (signature === undefined || packet === undefined) {
      return refused('has an OpenPGP signature that cannot be read: sign it anew');
    }
    if (second !== undefined) return refused('is signed by more than one OpenPGP key: sign it with one');
    // A signature of other types may be over nothing at all, and so fit everything.
    if (packet.signatureType !== pgp.enums.signature.binary) {
      return refused('has an OpenPGP signature that is not one of a document: sign it by git');
    }
    const candidates = keys.filter((key) => key.getKeys(packet.issuerKeyID).length > 0);
    if (candidates.length === 0) return refused(notHeld(packet, trusted));
    // Ids of keys are short and may be those of several.
    const verdicts: Verdict[] = [];
    for (const key of candidates)
      verdicts.push(await verifyBy(key, { pgp, signature, packet, signed, good, trusted }));
    return verdicts.find(({ kind }) => kind === 'good') ?? verdicts[0] ?? refused(notHeld(packet, trusted));
  };

  async function verifyBy(
    key: PublicKey,
    { pgp, signature, packet, signed, good, trusted }: Asked,
  ): Promise<Verdict> {
    const created = packet.created ?? new Date(0);
    const by = `OpenPGP ${key.getFingerprint().toUpperCase()}`;
    // The clock of whoever signed may be ahead of ours.
    const now = good === 'then' ? created : new Date(Math.max(clock.now().getTime(), created.getTime()));
    const message = await pgp.createMessage({ binary: new Uint8Array(signed) });
    const { signatures } = await pgp.verify({
      message,
      signature,
      verificationKeys: key,
      date: now,
      format: 'binary',
    });
    const wrong = await (signatures[0]?.verified ?? Promise.reject(new Error('it cannot be read')))
      .then(() => key.getSigningKey(packet.issuerKeyID, now))
      .then(
        () => undefined,
        (caught: unknown) => caught,
      );
    if (wrong === undefined) return { kind: 'good', by: `${userOf(key)} (${by})` };
    return refused(await explain(wrong, key, { by, now, secret: trusted.secret }));
  }
}

interface Asked {
  readonly pgp: typeof OpenPgp;
  readonly signature: Signature;
  readonly packet: SignaturePacket;
  readonly signed: Buffer;
  readonly good: 'now' | 'then';
  readonly trusted: TrustedKeys;
}

/** A key that is there twice is one, with what both say of it: a revocation counts wherever it stands. */
async function readKeys(
  pgp: typeof OpenPgp,
  { openpgp, secret }: TrustedKeys,
): Promise<readonly PublicKey[]> {
  const byFingerprint = new Map<string, PublicKey>();
  for (const { file, text } of openpgp) {
    const read = await pgp.readKeys({ armoredKeys: text }).catch(() => undefined);
    if (read === undefined) {
      throw new KeysError(
        `Secret ${secret} of spec.verify.secretRef holds an OpenPGP key in ${file} that cannot be read: put there what \`gpg --armor --export\` prints`,
      );
    }
    for (const key of read.map((one) => one.toPublic())) {
      const fingerprint = key.getFingerprint();
      const known = byFingerprint.get(fingerprint);
      byFingerprint.set(fingerprint, known === undefined ? key : (await known.update(key)).toPublic());
    }
  }
  return [...byFingerprint.values()];
}

function notHeld({ issuerKeyID }: SignaturePacket, { secret }: TrustedKeys): string {
  const by = `OpenPGP ${issuerKeyID.toHex().toUpperCase()}`;
  return `is signed with a key (${by}) that Secret ${secret} does not hold: sign it with one that it holds, or put the public key there as NAME.asc if its owner may deploy`;
}

/** The words of the library help to tell, and decide nothing. */
async function explain(
  wrong: unknown,
  key: PublicKey,
  { by, now, secret }: { readonly by: string; readonly now: Date; readonly secret: string },
): Promise<string> {
  const words = wrong instanceof Error ? wrong.message : String(wrong);
  if (/digest did not match|verification failed/i.test(words)) {
    return `has a signature that does not fit what it holds (${by}): it was changed after it was signed, so sign it anew`;
  }
  if (/revoked/i.test(words) || (await key.isRevoked(undefined, undefined, now).catch(() => false))) {
    return `is signed with a key (${by}) that was revoked: sign it with another that Secret ${secret} holds`;
  }
  if (/expired/i.test(words)) {
    return `is signed with a key (${by}) that has expired: sign it with another, or extend the key and put it into Secret ${secret} again`;
  }
  return `is not well signed by a key (${by}) that Secret ${secret} holds: ${harmless(words, MAX_WORDS)}; sign it anew`;
}

function userOf(key: PublicKey): string {
  return harmless(key.getUserIDs()[0] ?? '', MAX_USER) || 'a key without a name';
}
