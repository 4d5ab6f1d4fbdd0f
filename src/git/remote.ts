import { createHash } from 'node:crypto';
import { type GitUrl, parseGitUrl } from './url.ts';

export interface BasicAuth {
  readonly username: string;
  readonly password: string;
}

export interface SshAccess {
  /** A private key without a passphrase. */
  readonly identity: string;
  readonly knownHosts: string;
}

/** What an object brings of its own to read a repository; nothing of the installation is used beside it. */
export interface GitAccess {
  /** For https and http. */
  readonly basic?: BasicAuth;
  /** A token for hosts that take it as such, for https and http. */
  readonly bearer?: string;
  readonly ssh?: SshAccess;
  /** Certificates of authorities that are trusted besides those of the system, for https. */
  readonly ca?: string;
}

/** A repository somewhere, as the caller knows it. */
export interface GitRemote {
  readonly url: string;
  /** Of this only what the URL has a use for counts; ssh without a key of its own uses the mounted ones. */
  readonly access?: GitAccess | undefined;
  /** Empty for credentials of the installation, else the Secret's namespace, name and resourceVersion. */
  readonly scope: string;
}

/** A GitRemote, checked. */
export interface Endpoint {
  readonly url: GitUrl;
  /** What git is told to connect to. */
  readonly address: string;
  readonly access: GitAccess;
  /** The access is the object's own, and not the installation's. */
  readonly hasOwnAccess: boolean;
  /** Who shares a mirror: the same URL, scope and credentials, nobody else. */
  readonly key: string;
  /** Plain http: anybody on the way can read and change what is fetched. */
  readonly insecure: boolean;
}

export function endpointOf({ url: text, access: given = {}, scope }: GitRemote): Endpoint {
  const url = parseGitUrl(text);
  const access = usedAt(url, given);
  const { basic, bearer, ssh, ca } = access;
  const address = basic === undefined && bearer === undefined ? url.address : withoutUser(url);
  const secret = createHash('sha256')
    .update(JSON.stringify([basic?.username, basic?.password, bearer, ssh?.identity, ssh?.knownHosts, ca]))
    .digest('hex');
  const hasOwnAccess = Object.keys(access).length > 0;
  const key = JSON.stringify([url.address, scope, hasOwnAccess ? secret : '']);
  return { url, address, access, hasOwnAccess, key, insecure: url.kind === 'http' };
}

function usedAt(url: GitUrl, { basic, bearer, ssh, ca }: GitAccess): GitAccess {
  if (url.kind === 'ssh') return ssh === undefined ? {} : { ssh };
  const own = basic ?? (bearer === undefined ? url.auth : undefined);
  return {
    ...(own === undefined ? {} : { basic: own }),
    ...(own !== undefined || bearer === undefined ? {} : { bearer }),
    ...(ca === undefined || url.kind === 'http' ? {} : { ca }),
  };
}

/** The user of the URL and that of the credentials may differ, and git believes the URL. */
function withoutUser({ address }: GitUrl): string {
  const url = new URL(address);
  url.username = '';
  return url.href;
}
