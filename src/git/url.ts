import { isIP } from 'node:net';
import { InvalidSpecError } from '../api/errors.ts';
import { redactText } from '../telemetry/redact.ts';

/** The address of a repository, checked and in the one form that git is given. */
export interface GitUrl {
  readonly kind: 'https' | 'http' | 'ssh';
  /** Without a password; a lone user name stays, since ssh and credential helpers need it. */
  readonly address: string;
  /** Name or literal address, without port and brackets. */
  readonly host: string;
  readonly port: string;
  /** For messages and logs: without user and password, except the user of ssh, who is no secret. */
  readonly shown: string;
  /** From `https://user:password@...`, which old manifests hold. */
  readonly auth?: { readonly username: string; readonly password: string };
}

const CONTROL_SPACE_OR_BACKSLASH = /[\p{Cc}\s\\]/u;
const SCHEME = /^([a-z][a-z0-9+.-]*):(?:\/\/|:)/i;
const SCP_LIKE = /^(?:([^@:/]+)@)?(\[[^\]]+\]|[^@:/[\]]+):(?!\/\/)(.+)$/;
const SSH_URL = /^ssh:\/\/(?:([^@/:]+)(?::[^@/]*)?@)?(\[[^\]]+\]|[^@:/[\]]+)(?::(\d{1,5}))?(\/.+)$/;
// Neither may begin with a dash: ssh would read it as an option.
const SSH_USER = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/;
const SSH_HOST = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])$/;

/** Reads https, http, ssh and the scp-like `git@host:org/repo`; everything else git can do is refused. */
export function parseGitUrl(text: string): GitUrl {
  const url = text.trim();
  if (url === '') throw new InvalidSpecError('the URL of the Git repository is empty');
  if (url.startsWith('-')) throw refused(url, 'it begins with a dash');
  if (CONTROL_SPACE_OR_BACKSLASH.test(url)) {
    throw refused(url, 'it holds white space, a backslash or a control character');
  }
  const scheme = SCHEME.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'https':
    case 'http':
      return parseHttp(url, scheme);
    case 'ssh':
    case 'git+ssh':
    case 'ssh+git':
      return parseSsh(url.replace(/^[^:]+/, 'ssh'));
    case undefined:
      return parseScpLike(url);
    default:
      throw refused(url, `the scheme '${scheme}' is not supported: use https, ssh or http`);
  }
}

/** The form of a URL in which two spellings of it are equal. */
export function normalizeGitUrl(text: string): string {
  return parseGitUrl(text).address;
}

/** What git tells ssh of the address: `-p 22 git@host`. */
export function sshDestination({ address }: GitUrl): readonly string[] {
  const [, user, host = '', port] = SSH_URL.exec(address) ?? SCP_LIKE.exec(address)?.slice(0, 3) ?? [];
  const destination = `${user === undefined ? '' : `${user}@`}${unbracketed(host)}`;
  return port === undefined ? [destination] : ['-p', port, destination];
}

function parseHttp(text: string, kind: 'https' | 'http'): GitUrl {
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\/[^/-]/i.test(text) || url.hostname.startsWith('-')) {
    throw refused(text, 'it is not a valid address');
  }
  if (url.hash !== '') throw refused(text, "it holds a '#': a branch or tag belongs into the ref");
  const [username, password] = [decode(url.username), decode(url.password)];
  url.password = '';
  if (password !== '') url.username = '';
  // What git gets is what we have checked: another parser must not find another host in the original.
  const address = url.href;
  url.username = '';
  return {
    kind,
    address,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (kind === 'https' ? '443' : '80'),
    shown: url.href,
    ...(password === '' ? {} : { auth: { username, password } }),
  };
}

function parseSsh(text: string): GitUrl {
  const [, user, host, port, path] = SSH_URL.exec(text) ?? [];
  if (host === undefined || path === undefined)
    throw refused(text, 'it is not of the form ssh://user@host:port/path');
  checkSsh(text, user, host, path);
  if (port !== undefined && Number(port) > 65_535) throw refused(text, `${port} is not a port`);
  const authority = `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`;
  const address = `ssh://${authority}${path}`;
  return { kind: 'ssh', address, host: unbracketed(host), port: port ?? '22', shown: address };
}

function parseScpLike(text: string): GitUrl {
  const [, user, host, path] = SCP_LIKE.exec(text) ?? [];
  if (host === undefined || path === undefined) {
    throw refused(text, 'it is neither an https, ssh or http address nor of the form git@host:path');
  }
  checkSsh(text, user, host, path);
  // git would look for a scheme before it.
  if (path.startsWith(':') || text.includes('://')) throw refused(text, 'its path holds a second scheme');
  if (/^(https?|ssh|git|file)$/i.test(host)) throw refused(text, `it lacks the slashes after '${host}:'`);
  const address = `${user === undefined ? '' : `${user}@`}${host}:${path}`;
  return { kind: 'ssh', address, host: unbracketed(host), port: '22', shown: address };
}

function checkSsh(text: string, user: string | undefined, host: string, path: string): void {
  if (user !== undefined && !SSH_USER.test(user)) throw refused(text, 'its user name is not acceptable');
  const isAddress = !host.startsWith('[') || isIP(unbracketed(host)) !== 0;
  if (!SSH_HOST.test(host) || !isAddress) throw refused(text, 'its host name is not acceptable');
  if (path.startsWith('-')) throw refused(text, 'its path begins with a dash');
}

function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refused(text: string, why: string): InvalidSpecError {
  const shown = redactText(text)
    .replace(/\p{Cc}/gu, '?')
    .slice(0, 200);
  return new InvalidSpecError(`the Git URL '${shown}' is refused: ${why}`);
}
