import { formatKey } from '../api/metadata.ts';
import { serviceAccountIn } from '../api/service-account.ts';
import type { ApiRequest } from './http/api-request.ts';
import type { Transport } from './transport.ts';

/**
 * Sends every request as this user; the API server adds the groups of a ServiceAccount by itself. Connections and
 * places are those of the transport, whose owner closes it.
 */
export function actingAs(transport: Transport, user: string): Transport {
  const as = (request: ApiRequest): ApiRequest => ({ ...request, as: user });
  return {
    request: (request, signal) => transport.request(as(request), signal),
    stream: (request, sink, signal) => transport.stream(as(request), sink, signal),
    close: () => undefined,
  };
}

/** A user in words. */
export function nameOfUser(user: string): string {
  const account = serviceAccountIn(user);
  return account === undefined ? `user ${user}` : `service account ${formatKey(account)}`;
}
