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
  const [, namespace, name] = /^system:serviceaccount:([^:]+):(.+)$/.exec(user) ?? [];
  return name === undefined ? `user ${user}` : `service account ${namespace ?? ''}/${name}`;
}

/** The name under which the API server knows a ServiceAccount. */
export function serviceAccountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}
