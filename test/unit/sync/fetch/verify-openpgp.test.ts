import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { config, createMessage, enums, PacketList, sign, Signature, SignaturePacket } from 'openpgp';
import type { Verdict } from '../../../../src/sync/fetch/signed-object.ts';
import { createVerifyOpenpgp } from '../../../../src/sync/fetch/verify-openpgp.ts';
import { never } from '../act/support.ts';
import { type OpenPgpSigner, openPgpSignature, openPgpSigner } from '../../../support/openpgp-signer.ts';
import { keysOf } from '../../../support/trusted-keys.ts';

const TEXT = 'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\na change\n';
const NOW = new Date(Date.UTC(2026, 5, 1));
const SIGNED_AT = new Date(Date.UTC(2026, 0, 2));
const DAY = 86_400;

/** What the library has, and its types do not tell of. */
interface Signing {
  sign(key: object, data: object, date: Date, detached: boolean, settings: object): Promise<void>;
}

describe('an OpenPGP signature', () => {
  let [ada, eve, shortLived]: OpenPgpSigner[] = [];
  const key = (signer: OpenPgpSigner | undefined): OpenPgpSigner => signer ?? expect.fail('no key');

  before(async () => {
    ada = await openPgpSigner('Ada');
    eve = await openPgpSigner('Eve');
    shortLived = await openPgpSigner('Kim', { lifeSeconds: 10 * DAY });
  });

  const verify = createVerifyOpenpgp({ clock: { now: () => NOW } });
  async function verdict(
    signature: string,
    files: Readonly<Record<string, string>>,
    { text = TEXT, good = 'now' }: { text?: string; good?: 'now' | 'then' } = {},
  ): Promise<Verdict> {
    const object = { signature, signed: Buffer.from(text), time: SIGNED_AT };
    return await verify(object, keysOf(files), { good, signal: never() });
  }
  async function why(...args: Parameters<typeof verdict>): Promise<string> {
    const found = await verdict(...args);
    return found.kind === 'refused' ? found.why : expect.fail(`it is good, by ${found.by}`);
  }

  it('by a key of the Secret is good, and tells by whom', async () => {
    const signature = await openPgpSignature(TEXT, key(ada).key);

    expect(
      await verdict(signature, { 'eve.asc': key(eve).publicKey, 'ada.asc': key(ada).publicKey }),
    ).to.deep.equal({
      kind: 'good',
      by: `Ada <ada@example.com> (OpenPGP ${key(ada).key.getFingerprint().toUpperCase()})`,
    });
  });

  it('by another key is refused, though somebody of that name has one in the Secret', async () => {
    const other = await openPgpSigner('Ada');
    const signature = await openPgpSignature(TEXT, other.key);

    expect(await why(signature, { 'ada.asc': key(ada).publicKey }))
      .to.contain('that Secret team/signers does not hold')
      .and.to.contain(other.key.getKeyID().toHex().toUpperCase());
  });

  it('over something else is refused', async () => {
    const signature = await openPgpSignature(TEXT, key(ada).key);

    expect(await why(signature, { 'ada.asc': key(ada).publicKey }, { text: `${TEXT}more` })).to.contain(
      'has a signature that does not fit what it holds',
    );
  });

  it('by a key that has expired since is refused, unless it was found good before', async () => {
    const files = { 'kim.asc': key(shortLived).publicKey };
    const signature = await openPgpSignature(TEXT, key(shortLived).key);

    expect(await why(signature, files)).to.contain(
      'that has expired: sign it with another, or extend the key',
    );
    expect((await verdict(signature, files, { good: 'then' })).kind).to.equal('good');
  });

  it('by a key that was revoked is refused, also where an older copy of the key is in the Secret', async () => {
    const signature = await openPgpSignature(TEXT, key(ada).key);
    const { publicKey, revoked } = key(ada);

    for (const files of [
      { 'a.asc': revoked },
      { 'a.asc': publicKey, 'b.asc': revoked },
      { 'a.asc': `${publicKey}${revoked}` },
    ]) {
      expect(await why(signature, files)).to.contain('that was revoked: sign it with another');
    }
  });

  it('of a clock that is ahead of ours is good', async () => {
    const signature = await openPgpSignature(TEXT, key(ada).key, new Date(NOW.getTime() + 60_000));

    expect((await verdict(signature, { 'ada.asc': key(ada).publicKey })).kind).to.equal('good');
  });

  it('by two keys is refused, though one of them is in the Secret', async () => {
    const signature = await openPgpSignature(TEXT, [key(ada).key, key(eve).key]);

    expect(await why(signature, { 'ada.asc': key(ada).publicKey })).to.contain('more than one OpenPGP key');
  });

  it('of a text instead of a document is refused', async () => {
    const message = await createMessage({ text: TEXT });
    const date = SIGNED_AT;
    const asText = (await sign({ message, signingKeys: key(ada).key, detached: true, date })) as string;

    expect(await why(asText, { 'ada.asc': key(ada).publicKey })).to.contain('is not one of a document');
  });

  it('that is over nothing, and so fits everything, is refused', async () => {
    const packet = new SignaturePacket() as SignaturePacket & Signing;
    const { keyPacket } = key(ada).key;
    packet.signatureType = enums.signature.standalone;
    packet.publicKeyAlgorithm = keyPacket.algorithm;
    packet.hashAlgorithm = enums.hash.sha512;
    await packet.sign(keyPacket, {}, SIGNED_AT, true, config);
    const packets = new PacketList<SignaturePacket>();
    packets.push(packet);

    const signature = new Signature(packets).armor();

    expect(await why(signature, { 'ada.asc': key(ada).publicKey })).to.contain('is not one of a document');
  });

  for (const [what, signature] of [
    ['nothing', '-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n'],
    ['no base64', '-----BEGIN PGP SIGNATURE-----\n\n%%%%\n-----END PGP SIGNATURE-----\n'],
    ['only its beginning', '-----BEGIN PGP SIGNATURE-----\n'],
  ] as const) {
    it(`of ${what} is refused`, async () => {
      expect(await why(signature, { 'ada.asc': key(ada).publicKey })).to.contain('cannot be read');
    });
  }

  it('cannot be checked with a key that nobody can read, which is named', async () => {
    const broken = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n';
    const failure = await verdict(await openPgpSignature(TEXT, key(ada).key), { 'bad.asc': broken }).catch(
      String,
    );

    expect(failure).to.contain('holds an OpenPGP key in bad.asc that cannot be read');
  });
});
