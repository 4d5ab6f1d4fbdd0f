import type { HttpClient } from '../http/http-client.ts';
import { isLoopback } from '../http/proxy.ts';

export type Scheme = 'https:' | 'http:';

/** By which scheme a registry is spoken to. */
export interface Schemes {
  of(host: string, signal: AbortSignal): Promise<Scheme>;
}

const SPEAKS = [200, 401];

/**
 * A registry is spoken to by https. One on the loopback interface, where nobody can listen in, may do without:
 * it is asked once which of the two it speaks, before any credentials are sent.
 */
export function createSchemes(http: HttpClient): Schemes {
  const known = new Map<string, Scheme>();

  const probe = async (host: string, scheme: Scheme, signal: AbortSignal): Promise<boolean> => {
    const answer = await http.read({ url: new URL(`${scheme}//${host}/v2/`), maxBytes: 100_000, signal });
    return SPEAKS.includes(answer.status);
  };

  return {
    of: async (host, signal) => {
      if (!isLoopback(new URL(`https://${host}`).hostname.replace(/^\[|\]$/g, ''))) return 'https:';
      const found = known.get(host);
      if (found !== undefined) return found;

      const overHttps = await probe(host, 'https:', signal).catch((caught: unknown) => caught);
      signal.throwIfAborted();
      const plain = overHttps === true ? false : await probe(host, 'http:', signal).catch(() => false);
      signal.throwIfAborted();
      if (overHttps instanceof Error && !plain) throw overHttps;
      known.set(host, plain ? 'http:' : 'https:');
      return plain ? 'http:' : 'https:';
    },
  };
}
