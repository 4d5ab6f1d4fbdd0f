import { createHash } from 'node:crypto';
import { CredentialsError } from '../../api/errors.ts';
import { harmless } from './commit-facts.ts';

/** Whose signatures a Secret has trust in. */
export interface TrustedKeys {
  /** `team/signers`, for messages. */
  readonly secret: string;
  readonly openpgp: readonly ArmouredKey[];
  /** As `ssh-keygen -Y verify` reads it; empty if there is no SSH key. */
  readonly allowedSigners: string;
  /** Who has a key of a file `*.pub`, by the name that stands for it in `allowedSigners`. */
  readonly owners: ReadonlyMap<string, string>;
  /** Other keys, another digest. */
  readonly digest: string;
}

export interface ArmouredKey {
  /** Key of the Secret. */
  readonly file: string;
  readonly text: string;
}

const MAX_KEYS = 200;
const MAX_OWNER = 100;

export const WANTED_KEYS = 'public keys in it: NAME.asc for OpenPGP, NAME.pub or allowed_signers for SSH';

/** The keys themselves are at fault: nothing helps but a change of the Secret. */
export class KeysError extends CredentialsError {}

/** Throws a KeysError, with the way out, for a Secret without keys, with too many, or with one that cannot be read. */
export function trustedKeysIn(secret: string, data: Readonly<Record<string, string>> = {}): TrustedKeys {
  const refuse = (why: string): KeysError =>
    new KeysError(`Secret ${secret} of spec.verify.secretRef ${why}`);
  const files = Object.entries(data)
    .filter(([name]) => /\.(asc|pub)$/.test(name) || name === ALLOWED_SIGNERS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, value]) => [name, Buffer.from(value, 'base64').toString('utf8').replaceAll('\r', '')] as const,
    );
  const ending = (end: string) => files.filter(([name]) => name.endsWith(end));
  const openpgp = ending('.asc').flatMap(([name, text]) => armouredKeys(name, text, refuse));
  const ssh = ending('.pub').flatMap(([name, text]) => publicKeys(name, text, refuse));
  const signers = ending(ALLOWED_SIGNERS).flatMap(([, text]) => linesOf(text));
  const count = openpgp.length + ssh.length + signers.length;
  if (count === 0) throw refuse(`holds no key that a signature could be checked with: put ${WANTED_KEYS}`);
  if (count > MAX_KEYS) {
    throw refuse(
      `holds ${String(count)} keys, and may hold ${String(MAX_KEYS)}: take out those of people who sign nothing here`,
    );
  }
  const named = ssh.map(({ key, owner }, index) => ({ key, owner, name: `public-key:${String(index)}` }));
  const lines = [...named.map(({ name, key }) => `${name} namespaces="git" ${key}`), ...signers];
  return {
    secret,
    openpgp,
    allowedSigners: lines.map((line) => `${line}\n`).join(''),
    owners: new Map(named.map(({ name, owner }) => [name, owner])),
    digest: createHash('sha256').update(JSON.stringify(files)).digest('hex'),
  };
}

const ALLOWED_SIGNERS = 'allowed_signers';

type Refuse = (why: string) => KeysError;

const BLOCKS = /^-----BEGIN PGP PUBLIC KEY BLOCK-----$[^]*?^-----END PGP PUBLIC KEY BLOCK-----$/gm;

function armouredKeys(file: string, text: string, refuse: Refuse): readonly ArmouredKey[] {
  const found = text.match(BLOCKS) ?? [];
  if (found.length === 0) {
    throw refuse(`holds no OpenPGP public key in ${file}: put there what \`gpg --armor --export\` prints`);
  }
  return found.map((block) => ({ file, text: block }));
}

const PUBLIC_KEY = /^((?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2})(?:\s+(.*))?$/;

function publicKeys(
  file: string,
  text: string,
  refuse: Refuse,
): readonly { readonly key: string; readonly owner: string }[] {
  const lines = linesOf(text);
  if (lines.length === 0)
    throw refuse(`holds no SSH public key in ${file}: put there what ssh-keygen wrote as *.pub`);
  return lines.map((line) => {
    const [, key, comment = ''] = PUBLIC_KEY.exec(line) ?? [];
    if (key === undefined) {
      throw refuse(
        `holds a line in ${file} that is no SSH public key: put there what ssh-keygen wrote as *.pub`,
      );
    }
    return { key, owner: harmless(comment, MAX_OWNER) || file.slice(0, -'.pub'.length) };
  });
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
