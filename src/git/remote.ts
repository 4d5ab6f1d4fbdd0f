import { createHash } from 'node:crypto';
import { type GitUrl, parseGitUrl } from './url.ts';

export interface BasicAuth {
  readonly username: string;
  readonly password: string;
}

/** A repository somewhere, as the caller knows it. */
export interface GitRemote {
  readonly url: string;
  /** For https and http; ssh uses the mounted keys. */
  readonly auth?: BasicAuth | undefined;
  /** Empty for credentials of the installation, else the Secret's namespace, name and resourceVersion. */
  readonly scope: string;
}

/** A GitRemote, checked. */
export interface Endpoint {
  readonly url: GitUrl;
  /** What git is told to connect to. */
  readonly address: string;
  readonly auth: BasicAuth | undefined;
  /** Who shares a mirror: the same URL, scope and credentials, nobody else. */
  readonly key: string;
  /** Plain http: anybody on the way can read and change what is fetched. */
  readonly insecure: boolean;
}

export function endpointOf({ url: text, auth: given, scope }: GitRemote): Endpoint {
  const url = parseGitUrl(text);
  const auth = url.kind === 'ssh' ? undefined : (given ?? url.auth);
  const address = auth === undefined ? url.address : withoutUser(url);
  const secret = createHash('sha256')
    .update(JSON.stringify([auth?.username, auth?.password]))
    .digest('hex');
  const key = JSON.stringify([url.address, scope, auth === undefined ? '' : secret]);
  return { url, address, auth, key, insecure: url.kind === 'http' };
}

/** The user of the URL and that of the credentials may differ, and git believes the URL. */
function withoutUser({ address }: GitUrl): string {
  const url = new URL(address);
  url.username = '';
  return url.href;
}
