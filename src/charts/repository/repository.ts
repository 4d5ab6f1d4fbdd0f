import { InvalidSpecError } from '../../api/errors.ts';
import type { ImportedRepository } from '../access/repository-imports.ts';
import type { Credentials, RepositoryChartSource } from '../chart.ts';
import { basic } from '../http/basic.ts';
import type { Authorization } from '../http/follow.ts';
import { isSameHost } from '../http/redirect.ts';
import { type Tls, type TlsFor, tlsKey } from '../http/tls.ts';
import { keyOf, withoutSecrets } from '../source.ts';

/** A Helm repository as somebody with certain credentials sees it. */
export interface Repository {
  /** Two with the same key may share what was fetched for one of them. */
  readonly key: string;
  /** Without user-info. */
  readonly url: URL;
  /** As whom to ask for something that belongs to it, at whatever URL. */
  accessTo(url: URL): RepositoryAccess;
  /** For messages. */
  readonly shown: string;
}

export interface RepositoryAccess {
  readonly authorization: Authorization | undefined;
  readonly tls: TlsFor | undefined;
}

type Wanted = Pick<RepositoryChartSource, 'url' | 'auth' | 'tls' | 'scope'>;

/**
 * User-info in the URL works as credentials, as it always did; what a Secret says wins. What the administrator imported
 * counts for who brings no Secret; of it, only whom to trust counts for who brings one.
 */
export function repositoryOf(wanted: Wanted, imported?: ImportedRepository): Repository {
  const shown = withoutSecrets(wanted.url);
  const url = parse(wanted.url);
  if (url === undefined) {
    throw new InvalidSpecError(
      `chart repository ${shown} is not a URL that begins with https://, http:// or oci://`,
    );
  }
  const tls = tlsOf(wanted, imported?.tls);
  const lent = wanted.scope === '' ? imported : undefined;
  const lentUrl = lent && parse(lent.url);
  const everywhere = lent?.everywhere === true;
  const auth = credentialsOf(wanted, url) ?? (lent && credentialsOf(lent, lentUrl));
  if (url.search === '') url.search = lentUrl?.search ?? '';
  url.username = '';
  url.password = '';
  url.hash = '';

  const header = auth && basic(auth);
  return {
    key: keyOf([url.href, wanted.scope, header ?? '', tlsKey(tls), String(everywhere)]),
    url,
    accessTo: (target) => {
      // What was given for an encrypted connection goes nowhere in the clear, whoever wants it everywhere.
      const safe = url.protocol === 'http:' || target.protocol === 'https:';
      const host = everywhere && safe ? target : url;
      const known = isSameHost(host, target);
      return {
        authorization: header === undefined || !known ? undefined : { host, header },
        tls: tls && { host, tls: isSameHost(url, target) ? tls : verified(tls) },
      };
    },
    shown,
  };
}

/**
 * What an index points at, or lies beside it. The query of the repository goes with it, since it may be what
 * lets us in, but not to another host.
 */
export function urlWithin({ url }: Pick<Repository, 'url'>, path: string): URL | undefined {
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

function parse(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

function credentialsOf(
  { auth }: { readonly auth?: Credentials | undefined },
  url: URL | undefined,
): Credentials | undefined {
  if (auth) return auth;
  const [username, password] = [decoded(url?.username ?? ''), decoded(url?.password ?? '')];
  return username === '' && password === '' ? undefined : { username, password };
}

function tlsOf({ tls, scope }: Wanted, imported: Tls | undefined): Tls | undefined {
  if (scope === '' || imported === undefined) return tls ?? imported;
  const { ca, skipVerify } = imported;
  // Whoever brings a CA wants it to be asked.
  const unverified = skipVerify && tls?.ca === undefined;
  return { ...(ca === undefined ? {} : { ca }), ...(unverified ? { skipVerify } : {}), ...tls };
}

/** What is passed on to other hosts is passed only to who can prove to be one. */
function verified({ skipVerify: _skipVerify, ...tls }: Tls): Tls {
  return tls;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a percent sign that was meant as one
  }
}
