import type { Clock } from '../../telemetry/clock.ts';
import { registryName } from '../access/docker-config.ts';
import type { RegistryCredentials } from '../chart.ts';
import { basic } from '../http/basic.ts';
import type { Download } from '../http/body.ts';
import type { Authorization } from '../http/follow.ts';
import type { HttpAnswer, HttpClient } from '../http/http-client.ts';
import { type Tls, type TlsFor, tlsKey } from '../http/tls.ts';
import { createRecent } from '../recent.ts';
import { keyOf } from '../source.ts';
import { parseChallenge } from './challenge.ts';
import type { OciReference } from './reference.ts';
import { createSchemes } from './scheme.ts';
import { fetchToken, type Token } from './tokens.ts';

/** A repository of a registry, and as whom we read it. */
export interface RegistryAccess {
  readonly reference: OciReference;
  readonly credentials: RegistryCredentials | undefined;
  readonly tls?: Tls | undefined;
  /** Part of the identity of what is fetched. */
  readonly scope: string;
}

export interface RegistryRequest {
  /** Below /v2/<name>/, with query. */
  readonly path: string;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Speaks the distribution protocol: adds what the registry wants to see before it answers. */
export interface Registry {
  read(access: RegistryAccess, request: RegistryRequest): Promise<HttpAnswer & { readonly body: Buffer }>;
  /** For blobs only: their digest is known, so another host may serve them. */
  download(
    access: RegistryAccess,
    request: RegistryRequest,
    file: string,
  ): Promise<HttpAnswer & { readonly saved: Download | undefined }>;
}

const MAX_TOKENS = 1_000;

/** What is called docker.io answers there. */
const DOCKER_HUB = 'registry-1.docker.io';

interface Addressed {
  readonly url: URL;
  readonly authorization: Authorization | undefined;
  readonly tls: TlsFor | undefined;
}

export function createRegistry({ http, clock }: { http: HttpClient; clock: Clock }): Registry {
  const tokens = createRecent<Token>(MAX_TOKENS);
  const schemes = createSchemes(http);

  /** Answers the challenge of a 401; undefined if we cannot. */
  const authorize = async (
    access: RegistryAccess,
    { registry, header, signal }: { registry: URL; header: string | undefined; signal: AbortSignal },
  ): Promise<Authorization | undefined> => {
    const { reference, credentials } = access;
    const challenge = parseChallenge(header);
    const key = tokenKey(registry, access);
    if (challenge?.kind === 'bearer') {
      const { name: repository } = reference;
      const tls = tlsFor(registry, access);
      const token = await fetchToken(http, clock, {
        ...{ registry, repository, credentials, tls, challenge, signal },
      });
      tokens.set(key, token);
      return token.authorization;
    }
    if (!challenge || !credentials || 'identityToken' in credentials) return undefined;
    const authorization = { host: registry, header: basic(credentials) };
    tokens.set(key, { authorization, expiresAt: Infinity });
    return authorization;
  };

  const send = async <T extends HttpAnswer>(
    access: RegistryAccess,
    request: RegistryRequest,
    once: (at: Addressed) => Promise<T>,
  ): Promise<T> => {
    const { host: called, name } = access.reference;
    const host = registryName(called) === 'docker.io' ? DOCKER_HUB : called;
    const registry = new URL(`${await schemes.of(host, access.tls, request.signal)}//${host}`);
    const tls = tlsFor(registry, access);
    const url = new URL(`/v2/${name}/${request.path}`, registry);
    const key = tokenKey(registry, access);
    const held = tokens.get(key);
    const known = held && held.expiresAt > clock.monotonicMs() ? held.authorization : undefined;

    const answer = await once({ url, authorization: known, tls });
    if (answer.status !== 401) return answer;
    tokens.delete(key);
    const header = answer.headers['www-authenticate'];
    const authorization = await authorize(access, { registry, header, signal: request.signal });
    return authorization === undefined ? answer : once({ url, authorization, tls });
  };

  return {
    read: (access, request) => send(access, request, (at) => http.read({ ...request, ...at })),
    download: (access, request, file) =>
      send(access, request, (at) => http.download({ ...request, ...at, elsewhere: true }, file)),
  };
}

function tlsFor(host: URL, { tls }: RegistryAccess): TlsFor | undefined {
  return tls && { host, tls };
}

function tokenKey(registry: URL, { reference, credentials, tls, scope }: RegistryAccess): string {
  return keyOf([registry.href, reference.name, scope, JSON.stringify(credentials ?? ''), tlsKey(tls)]);
}
