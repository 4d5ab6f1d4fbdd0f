import { createHash, X509Certificate } from 'node:crypto';
import type { SecretReference } from '../api/chart-source.ts';
import { CredentialsError } from '../api/errors.ts';
import { whyUnusable } from './private-key.ts';
import type { BasicAuth, GitAccess, SshAccess } from './remote.ts';
import { parseGitUrl } from './url.ts';

export type AccessKind = 'basic' | 'ssh' | 'ca';

export interface AccessOptions {
  /** Gives back a Secret, with base64 in `data`. */
  readonly read: (
    ref: SecretReference,
    signal: AbortSignal,
  ) => Promise<{ readonly data?: Readonly<Record<string, string>> } | undefined>;
  /** The field that names the Secret, for messages. */
  readonly field: string;
  /** What the repository has a use for; what else the Secret holds is not looked at. */
  readonly kinds: readonly AccessKind[];
}

/** What the address of a repository has a use for. */
export function accessKindsOf(url: string): readonly AccessKind[] {
  const { kind } = parseGitUrl(url);
  if (kind === 'ssh') return ['ssh'];
  return kind === 'https' ? ['basic', 'ca'] : ['basic'];
}

/**
 * The access that a Secret gives, and its scope: what somebody with this Secret has read is given to nobody without it. A Secret
 * whose content changes is another one; what the old one could read proves nothing for the new one.
 */
export async function gitAccessOf(
  ref: SecretReference,
  { read, field, kinds }: AccessOptions,
  signal: AbortSignal,
): Promise<{ readonly access: GitAccess; readonly scope: string }> {
  const name = `${ref.namespace}/${ref.name}`;
  const secret = await read(ref, signal);
  if (secret === undefined) {
    throw new CredentialsError(
      `Secret ${name} of ${field} does not exist: create it with ${wantedKeys(kinds)}`,
    );
  }
  const values = new Map(
    Object.entries(secret.data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString('utf8'),
    ]),
  );
  const refuse = (why: string): CredentialsError => new CredentialsError(`Secret ${name} of ${field} ${why}`);
  const access: GitAccess = {
    ...(kinds.includes('basic') ? passwordIn(values, refuse) : {}),
    ...(kinds.includes('ssh') ? sshIn(values, refuse) : {}),
    ...(kinds.includes('ca') ? authoritiesIn(values, refuse) : {}),
  };
  if (Object.keys(access).length === 0)
    throw refuse(`holds none of the keys for it: add ${wantedKeys(kinds)}`);
  return { access, scope: `${name}/${contentOf(access)}` };
}

type Values = ReadonlyMap<string, string>;
type Refuse = (why: string) => CredentialsError;

const KEYS: Readonly<Record<AccessKind, string>> = {
  basic: 'the keys username and password, or token, or bearerToken',
  ssh: 'the keys identity (a private SSH key) and known_hosts',
  ca: 'the key ca.crt',
};

function wantedKeys(kinds: readonly AccessKind[]): string {
  return kinds.map((kind) => KEYS[kind]).join(', or ');
}

/** Hosts take any name beside a token, or one of their own, which the Secret then has to give. */
const TOKEN_USER = 'git';
/** What a header may hold of a token. */
const BEARER = /^[A-Za-z0-9._~+/=-]+$/;

function passwordIn(values: Values, refuse: Refuse): { basic?: BasicAuth; bearer?: string } {
  const [username, password, token, bearer] = ['username', 'password', 'token', 'bearerToken'].map((key) =>
    values.get(key)?.trimEnd(),
  );
  if (username !== undefined && password !== undefined) return { basic: { username, password } };
  if (token !== undefined && token !== '')
    return { basic: { username: username ?? TOKEN_USER, password: token } };
  if (bearer !== undefined && bearer !== '') {
    if (!BEARER.test(bearer))
      throw refuse('holds a bearerToken with characters that no token has: correct it');
    return { bearer };
  }
  if (username !== undefined)
    throw refuse('holds a username and neither password nor token: add one of them');
  if (password !== undefined) throw refuse('holds a password and no username: add it');
  return {};
}

function sshIn(values: Values, refuse: Refuse): { ssh?: SshAccess } {
  const key = ['identity', 'ssh-privatekey'].find((one) => values.has(one));
  if (key === undefined) return {};
  const identity = values.get(key) ?? '';
  const why = whyUnusable(identity);
  if (why !== undefined) throw refuse(`holds an SSH key in ${key} that ${why}`);
  const knownHosts = values.get('known_hosts')?.replaceAll('\r', '') ?? '';
  if (!/^[^#\s]/m.test(knownHosts)) {
    throw refuse(
      'holds an SSH key and no known_hosts: check the fingerprint of the host and add the line that ssh-keyscan prints',
    );
  }
  return { ssh: { identity, knownHosts } };
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Only whole certificates go on: git would refuse a file with a damaged one in words that help nobody. */
function authoritiesIn(values: Values, refuse: Refuse): { ca?: string } {
  const text = values.get('ca.crt');
  if (text === undefined) return {};
  const found = text.match(CERTIFICATES) ?? [];
  try {
    for (const one of found) new X509Certificate(one);
  } catch {
    throw refuse('holds a damaged certificate in ca.crt: put it there as PEM again');
  }
  if (found.length === 0) throw refuse('holds no certificate in ca.crt: put one there as PEM');
  return { ca: `${found.join('\n')}\n` };
}

/** For a name and password alone as HelmReleases have it, so that both share a mirror. */
function contentOf({ basic, bearer, ssh, ca }: GitAccess): string {
  const others = [bearer, ssh?.identity, ssh?.knownHosts, ca];
  const isBasicAlone = others.every((one) => one === undefined);
  const parts = [basic?.username, basic?.password, ...(isBasicAlone ? [] : others)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
