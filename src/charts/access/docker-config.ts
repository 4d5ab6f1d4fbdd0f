import type { RegistryCredentials } from '../chart.ts';

/** What `docker login` writes, and what Secrets of the types kubernetes.io/dockerconfigjson and dockercfg hold. */
export interface DockerConfig {
  readonly entries: readonly DockerEntry[];
  /** Programs that it wants to be asked for credentials. */
  readonly helpers: readonly string[];
}

export interface DockerEntry {
  /** As it is written there. */
  readonly name: string;
  /** With the port, if there is one; may hold `*`. */
  readonly host: string;
  /** The part of the registry that the credentials are for; empty for all of it. */
  readonly path: string;
  readonly credentials: RegistryCredentials | undefined;
  /** What is wrong with it; completes "its entry for ... ". */
  readonly fault?: string;
}

/** The message completes "Secret ... ". */
export class DockerConfigError extends Error {}

const MAX_NAME = 1_000;
const DOCKER_HUB = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/** `dockercfg` is the older form: the entries without anything around them. */
export function parseDockerConfig(text: string, form: 'config' | 'dockercfg' = 'config'): DockerConfig {
  const config = parseObject(text);
  const auths = form === 'config' ? config['auths'] : config;
  const { credsStore, credHelpers } = config;
  const helpers = [credsStore, ...Object.values(asObject(credHelpers) ?? {})];
  return {
    entries: Object.entries(asObject(auths) ?? {})
      .filter(([name]) => name.length <= MAX_NAME)
      .map(([name, entry]) => readEntry(name, asObject(entry))),
    helpers: helpers.filter((helper): helper is string => typeof helper === 'string' && helper !== ''),
  };
}

/**
 * The entry for a place in a registry, by the rules of Kubernetes: an asterisk stands for anything within one part of
 * the host, and a path covers what lies below it. The most exact entry wins.
 */
export function entryFor({ entries }: DockerConfig, host: string, path: string): DockerEntry | undefined {
  const wanted = registryName(host);
  const below = withoutSlashes(path);
  return entries
    .filter((entry) => coversHost(entry.host, wanted) && coversPath(entry.path, below))
    .toSorted((a, b) => exactness(b, wanted) - exactness(a, wanted))[0];
}

/** The one name for all that Docker Hub is called by. */
export function registryName(host: string): string {
  const name = host.toLowerCase().replace(/:443$/, '');
  return DOCKER_HUB.has(name) ? 'docker.io' : name;
}

function readEntry(name: string, entry: Readonly<Record<string, unknown>> = {}): DockerEntry {
  const [host = '', ...folders] = name.replace(/^[a-z]+:\/\//i, '').split('/');
  const path = withoutSlashes(folders.join('/')).replace(/^v[12](?:\/|$)/, '');
  return { name, host: registryName(host), path, ...credentialsOf(entry) };
}

function credentialsOf(entry: Readonly<Record<string, unknown>>): Pick<DockerEntry, 'credentials' | 'fault'> {
  const text = (key: string): string => {
    const value = entry[key];
    return typeof value === 'string' ? value : '';
  };
  if (text('identitytoken') !== '') return { credentials: { identityToken: text('identitytoken') } };
  if (text('registrytoken') !== '') {
    return {
      credentials: undefined,
      fault: 'holds a registrytoken, which is not supported: log in with user name and password',
    };
  }
  const auth = text('auth');
  const decoded = auth === '' ? undefined : Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded?.indexOf(':') ?? 0;
  if (colon < 0) {
    return { credentials: undefined, fault: 'has an auth that is not user:password in base64' };
  }
  const username = decoded?.slice(0, colon) ?? text('username');
  const password = decoded?.slice(colon + 1).replace(/\0+$/, '') ?? text('password');
  if (username === '' && password === '') return { credentials: undefined };
  return { credentials: { username, password } };
}

function coversHost(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  if (!pattern.includes('*')) return false;
  const [parts, others] = [pattern.split('.'), host.split('.')];
  return parts.length === others.length && parts.every((part, at) => coversPart(part, others[at] ?? ''));
}

/** Each piece between asterisks at its first place: whoever wrote pattern and host cannot make it take long. */
function coversPart(pattern: string, part: string): boolean {
  const [first = '', ...pieces] = pattern.split('*');
  const last = pieces.pop();
  if (last === undefined) return pattern === part;
  if (!part.startsWith(first) || !part.endsWith(last) || part.length < first.length + last.length)
    return false;
  let rest = part.slice(first.length, part.length - last.length);
  for (const piece of pieces) {
    const at = rest.indexOf(piece);
    if (at < 0) return false;
    rest = rest.slice(at + piece.length);
  }
  return true;
}

function coversPath(path: string, below: string): boolean {
  return path === '' || below === path || below.startsWith(`${path}/`);
}

function exactness({ host, path }: DockerEntry, wanted: string): number {
  return path.length + (host === wanted ? 1e6 : 0);
}

function withoutSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new DockerConfigError('is not JSON'); // the parser's own message shows parts of it
  }
  const config = asObject(parsed);
  if (config) return config;
  throw new DockerConfigError('is not a JSON object');
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
