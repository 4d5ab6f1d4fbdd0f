import { createHash } from 'node:crypto';
import type { SecretReference } from '../../api/chart-source.ts';
import { CredentialsError } from '../../api/errors.ts';
import { DockerConfigError, entryFor, parseDockerConfig } from '../../charts/access/docker-config.ts';
import type { Credentials, RegistryCredentials } from '../../charts/chart.ts';
import { checkTls, type Tls } from '../../charts/http/tls.ts';
import type { Document, ReadDocument } from '../../kube/documents.ts';

/** What a Secret lets one do at a Helm repository or a registry. */
export interface PullAccess {
  readonly auth?: RegistryCredentials;
  readonly tls?: Tls;
  /** Part of the identity of the source: what one Secret may read is never given to the bearer of another. */
  readonly scope: string;
}

/** The kinds of Secrets that hold what `docker login` writes, with the form and the key of each. */
const DOCKER_SECRETS = [
  { type: 'kubernetes.io/dockerconfigjson', key: '.dockerconfigjson', form: 'config' },
  { type: 'kubernetes.io/dockercfg', key: '.dockercfg', form: 'dockercfg' },
] as const;

const TLS_NAMES = { ca: 'its key ca.crt', certificate: 'its key tls.crt', key: 'its key tls.key' };

/** Reads the Secret of spec.chart.chartPullSecret. Throws CredentialsError with the way out. */
export async function readPullSecret(
  ref: SecretReference,
  url: string,
  readSecret: ReadDocument,
  signal: AbortSignal,
): Promise<PullAccess> {
  const name = `Secret ${ref.namespace}/${ref.name} of spec.chart.chartPullSecret`;
  const secret = await readSecret(ref, signal);
  if (secret === undefined) {
    throw new CredentialsError(
      `${name} does not exist: create it with the keys username and password, or as one of the type kubernetes.io/dockerconfigjson`,
    );
  }
  const access = accessIn(secret, url, name);
  // What changes makes another source: what the old content could read proves nothing for the new one.
  const content = createHash('sha256').update(JSON.stringify(access)).digest('hex');
  return { ...access, scope: `${ref.namespace}/${ref.name}/${content}` };
}

function accessIn(secret: Document, url: string, name: string): Omit<PullAccess, 'scope'> {
  const read = readerOf(secret);
  const auth = loginIn(secret, url, name) ?? passwordIn(read, name);
  const tls = tlsIn(read, name);
  if (auth === undefined && tls === undefined) {
    throw new CredentialsError(
      `${name} holds nothing of use: give it the keys username and password, tls.crt and tls.key, or ca.crt`,
    );
  }
  return { ...(auth === undefined ? {} : { auth }), ...(tls === undefined ? {} : { tls }) };
}

type Read = (key: string) => string | undefined;

function readerOf({ data }: Document): Read {
  return (key) => {
    const value = data?.[key];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
  };
}

function passwordIn(read: Read, name: string): Credentials | undefined {
  // Whoever made the Secret from a file has a line feed at its end.
  const [username, password] = [read('username')?.trimEnd(), read('password')?.trimEnd()];
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    const [there, missing] = username === undefined ? ['password', 'username'] : ['username', 'password'];
    throw new CredentialsError(`${name} has the key ${there}, but not ${missing}: add it`);
  }
  return { username, password };
}

function loginIn(secret: Document, url: string, name: string): RegistryCredentials | undefined {
  const kind = DOCKER_SECRETS.find(({ type }) => type === secret.type);
  if (kind === undefined) return undefined;
  const text = readerOf(secret)(kind.key);
  if (text === undefined) throw new CredentialsError(`${name} has no key ${kind.key}: make it anew`);
  const { host, path } = placeOf(url);
  try {
    const config = parseDockerConfig(text, kind.form);
    const entry = entryFor(config, host, path);
    if (entry?.credentials) return entry.credentials;
    const hosts = hostsOf(config.entries.map((each) => each.host));
    throw new DockerConfigError(
      entry === undefined
        ? `has no entry for ${host}${hosts === '' ? '' : `, only for ${hosts}`}: add one with docker login, or name another Secret`
        : `has an entry for ${entry.name} that ${entry.fault ?? 'holds neither auth nor username and password'}`,
    );
  } catch (caught) {
    if (!(caught instanceof DockerConfigError)) throw caught;
    throw new CredentialsError(`${kind.key} of ${name} ${caught.message}`);
  }
}

const MAX_HOSTS = 5;

function hostsOf(hosts: readonly string[]): string {
  const more = hosts.length > MAX_HOSTS ? ` and ${String(hosts.length - MAX_HOSTS)} more` : '';
  return `${hosts.slice(0, MAX_HOSTS).join(', ')}${more}`;
}

function tlsIn(read: Read, name: string): Tls | undefined {
  const [cert, key, ca] = [read('tls.crt'), read('tls.key'), read('ca.crt')].map((pem) =>
    pem?.trim() === '' ? undefined : pem,
  );
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if ((cert === undefined) !== (key === undefined)) {
    const [there, missing] = cert === undefined ? ['tls.key', 'tls.crt'] : ['tls.crt', 'tls.key'];
    throw new CredentialsError(`${name} has the key ${there}, but not ${missing}: add it`);
  }
  const tls: Tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { certificate: { cert, key } }),
  };
  const wrong = checkTls(tls, TLS_NAMES);
  if (wrong !== undefined) throw new CredentialsError(`${name} cannot be used: ${wrong}`);
  return tls;
}

/** Of a Helm repository or of oci://host/folder/chart. */
function placeOf(url: string): { readonly host: string; readonly path: string } {
  const web = url.replace(/^oci:/i, 'https:');
  return URL.canParse(web)
    ? { host: new URL(web).host, path: new URL(web).pathname }
    : { host: '', path: '' };
}
