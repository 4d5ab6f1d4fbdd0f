import { ChartUnavailableError } from '../../api/errors.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { RegistryCredentials } from '../chart.ts';
import { basic } from '../http/basic.ts';
import type { Authorization } from '../http/follow.ts';
import type { HttpClient, HttpRequest } from '../http/http-client.ts';
import { isSameHost, showUrl } from '../http/redirect.ts';
import { refusalOf } from '../http/refusal.ts';
import type { TlsFor } from '../http/tls.ts';
import type { Challenge } from './challenge.ts';

export interface TokenRequest {
  /** The registry that sent the challenge. */
  readonly registry: URL;
  readonly repository: string;
  readonly credentials: RegistryCredentials | undefined;
  readonly tls: TlsFor | undefined;
  readonly challenge: Extract<Challenge, { kind: 'bearer' }>;
  readonly signal: AbortSignal;
}

export interface Token {
  readonly authorization: Authorization;
  /** On the monotonic clock. */
  readonly expiresAt: number;
}

const CLIENT = 'helm-release-operator';
const MAX_BYTES = 200_000;
const DEFAULT_SECONDS = 60;
const MAX_SECONDS = 3_600;
const MARGIN_MS = 5_000;

/**
 * Gets a token to read one repository. The service that hands out tokens is named by the registry; it gets the
 * credentials if it is on the very host they are for, or if both it and the registry are reached by https.
 */
export async function fetchToken(http: HttpClient, clock: Clock, o: TokenRequest): Promise<Token> {
  const url = realmOf(o);
  const subject = `a token for ${o.registry.host}/${o.repository} from ${showUrl(url)}`;
  const { status, body } = await http.read({
    ...question(url, o),
    ...{ tls: o.tls, maxBytes: MAX_BYTES, signal: o.signal },
  });
  if (status !== 200) throw refusalOf(subject, { status, authorized: o.credentials !== undefined });

  const { token, seconds } = readToken(body.toString('utf8'));
  if (token === undefined)
    throw new ChartUnavailableError(`${subject} could not be had: the answer holds none`);
  const lifeMs = Math.min(seconds ?? DEFAULT_SECONDS, MAX_SECONDS) * 1_000;
  return {
    authorization: { host: o.registry, header: `Bearer ${token}` },
    expiresAt: clock.monotonicMs() + lifeMs - MARGIN_MS,
  };
}

/** Asks by password in the usual way, by identity token in that of OAuth 2. */
function question(
  realm: URL,
  { challenge, credentials, repository }: TokenRequest,
): Pick<HttpRequest, 'url' | 'method' | 'headers' | 'body' | 'authorization'> {
  const { service, scope = `repository:${repository}:pull` } = challenge;
  const about = { ...(service === undefined ? {} : { service }), scope };
  if (credentials === undefined || 'username' in credentials) {
    const url = new URL(realm);
    for (const [name, value] of Object.entries(about)) url.searchParams.set(name, value);
    return { url, authorization: credentials && { host: url, header: basic(credentials) } };
  }
  const form = {
    ...{ grant_type: 'refresh_token', refresh_token: credentials.identityToken, client_id: CLIENT },
    ...about,
  };
  return {
    url: realm,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  };
}

function realmOf({ registry, challenge, credentials }: TokenRequest): URL {
  const { realm } = challenge;
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new ChartUnavailableError(
      `registry ${registry.host} sends its clients to ${JSON.stringify(realm)}, which is no URL`,
    );
  }
  const trusted = isSameHost(registry, url) && (url.protocol === 'https:' || registry.protocol === 'http:');
  const encrypted = url.protocol === 'https:' && registry.protocol === 'https:';
  if (trusted || encrypted || !credentials) return url;
  throw new ChartUnavailableError(
    `registry ${registry.host} wants its credentials sent to ${showUrl(url)}, which is another host without encryption on the whole way: they are not sent`,
  );
}

function readToken(text: string): { token?: string; seconds?: number } {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof answer !== 'object' || answer === null) return {};
  const fields = answer as Readonly<Record<string, unknown>>;
  const token = [fields['token'], fields['access_token']].find((value) => typeof value === 'string');
  const seconds = fields['expires_in'];
  return {
    ...(token !== undefined && /^[\x21-\x7e]+$/.test(token) ? { token } : {}),
    ...(typeof seconds === 'number' && seconds > 0 ? { seconds } : {}),
  };
}
