import type { IncomingMessage } from 'node:http';
import { ChartUnavailableError } from '../../api/errors.ts';
import type { Connections } from './connections.ts';
import { exchange, type Exchange, isStaleConnection } from './exchange.ts';
import { isSameHost, redirectOf, showUrl } from './redirect.ts';
import type { Tls, TlsFor } from './tls.ts';

/** What goes into the Authorization header, and the only host that may see it. */
export interface Authorization {
  readonly host: URL;
  readonly header: string;
}

export interface Request extends Omit<Exchange, 'headers' | 'method' | 'tls'> {
  readonly method?: Exchange['method'];
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorization?: Authorization | undefined;
  readonly tls?: TlsFor | undefined;
  readonly elsewhere?: boolean;
}

const MAX_REDIRECTS = 5;
const USER_AGENT = 'helm-release-operator';

/** Sends a request and follows the redirects that may be followed; credentials stay with the host they are for. */
export async function follow(connections: Connections, request: Request): Promise<IncomingMessage> {
  let url = request.url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const answer = await send(connections, request, url);
    const next = redirectOf(url, {
      status: answer.statusCode ?? 0,
      location: answer.headers.location,
      elsewhere: request.elsewhere ?? false,
    });
    if (next.kind === 'none') {
      // A challenge of another host is not answered with what is for the one that was asked.
      if (!isSameHost(request.url, url)) delete answer.headers['www-authenticate'];
      return answer;
    }

    answer.destroy();
    if (next.kind === 'refused') throw new ChartUnavailableError(`${showUrl(url)} ${next.why}`);
    if (request.body !== undefined)
      throw new ChartUnavailableError(`${showUrl(url)} redirects what it should take itself`);
    url = next.to;
  }
  throw new ChartUnavailableError(
    `${showUrl(request.url)} redirects more than ${String(MAX_REDIRECTS)} times`,
  );
}

async function send(connections: Connections, request: Request, url: URL): Promise<IncomingMessage> {
  const { authorization, method = 'GET', body, signal, connectMs, idleMs } = request;
  const tls = request.tls && tlsAt(request.tls, url);
  const headers = {
    'user-agent': USER_AGENT,
    ...request.headers,
    ...(authorization && mayKnow(authorization, url) ? { authorization: authorization.header } : {}),
  };
  const once = (): Promise<IncomingMessage> =>
    exchange(connections, { url, method, headers, body, tls, signal, connectMs, idleMs });

  return once().catch((caught: unknown) => {
    if (!isStaleConnection(caught) || signal.aborted) throw caught;
    return once();
  });
}

function tlsAt({ host, tls }: TlsFor, url: URL): Tls {
  const { ca } = tls;
  if (isSameHost(host, url)) return tls;
  return ca === undefined ? {} : { ca };
}

/** Credentials given for https are never sent in the clear, not even to the same host. */
function mayKnow({ host }: Authorization, url: URL): boolean {
  return isSameHost(host, url) && (url.protocol === 'https:' || host.protocol === 'http:');
}
