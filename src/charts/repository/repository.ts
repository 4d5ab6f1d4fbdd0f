import { InvalidSpecError } from '../../api/errors.ts';
import type { Credentials } from '../chart.ts';
import { basic } from '../http/basic.ts';
import type { Authorization } from '../http/follow.ts';
import { keyOf, withoutSecrets } from '../source.ts';

/** A Helm repository as somebody with certain credentials sees it. */
export interface Repository {
  /** Two with the same key may share what was fetched for one of them. */
  readonly key: string;
  /** Without user-info. */
  readonly url: URL;
  readonly authorization: Authorization | undefined;
  /** For messages. */
  readonly shown: string;
}

/** User-info in the URL works as credentials, as it always did; what a Secret says wins. */
export function repositoryOf(o: { url: string; auth?: Credentials | undefined; scope: string }): Repository {
  const shown = withoutSecrets(o.url);
  const url = URL.canParse(o.url) ? new URL(o.url) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new InvalidSpecError(
      `chart repository ${shown} is not a URL that begins with https://, http:// or oci://`,
    );
  }

  const { username, password } = o.auth ?? {
    username: decoded(url.username),
    password: decoded(url.password),
  };
  url.username = '';
  url.password = '';
  url.hash = '';
  const authorization =
    username === '' && password === '' ? undefined : { host: url, header: basic({ username, password }) };
  return { key: keyOf([url.href, o.scope, authorization?.header ?? '']), url, authorization, shown };
}

/**
 * What an index points at, or lies beside it. The query of the repository goes with it, since it may be what
 * lets us in, but not to another host.
 */
export function urlWithin({ url }: Repository, path: string): URL | undefined {
  const base = new URL(url);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  base.search = '';
  if (!URL.canParse(path, base.href)) return undefined;

  const found = new URL(path, base);
  const relative = !/^[a-z][a-z0-9+.-]*:/i.test(path);
  if (relative && url.search !== '' && found.host === url.host) found.search = url.search;
  found.username = '';
  found.password = '';
  return found;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a percent sign that was meant as one
  }
}
