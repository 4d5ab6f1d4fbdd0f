import type { HttpClient } from '../http/http-client.ts';
import { hostOf, isLoopback } from '../http/proxy.ts';
import type { Tls } from '../http/tls.ts';

export type Scheme = 'https:' | 'http:';

/** By which scheme a registry is spoken to. */
export interface Schemes {
  of(host: string, tls: Tls | undefined, signal: AbortSignal): Promise<Scheme>;
}

const SPEAKS = [200, 401];

/**
 * A registry is spoken to by https. One on the loopback interface, where nobody can listen in, may do without:
 * it is asked once which of the two it speaks, before any credentials are sent.
 */
export function createSchemes(http: HttpClient): Schemes {
  const known = new Map<string, Scheme>();

  const probe = async (url: URL, tls: Tls | undefined, signal: AbortSignal): Promise<boolean> => {
    const answer = await http.read({ url, tls: tls && { host: url, tls }, maxBytes: 100_000, signal });
    return SPEAKS.includes(answer.status);
  };

  return {
    of: async (host, tls, signal) => {
      const [secure, plainly] = [new URL(`https://${host}/v2/`), new URL(`http://${host}/v2/`)];
      if (!isLoopback(hostOf(secure))) return 'https:';
      const found = known.get(host);
      if (found !== undefined) return found;

      const overHttps = await probe(secure, tls, signal).catch((caught: unknown) => caught);
      signal.throwIfAborted();
      const plain = overHttps === true ? false : await probe(plainly, undefined, signal).catch(() => false);
      signal.throwIfAborted();
      if (overHttps instanceof Error && !plain) throw overHttps;
      known.set(host, plain ? 'http:' : 'https:');
      return plain ? 'http:' : 'https:';
    },
  };
}
