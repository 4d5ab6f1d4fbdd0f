import { serviceAccountUser } from '../api/service-account.ts';
import type { ApiRequest } from './http/api-request.ts';
import { failureOf } from './http/api-request.ts';
import { ApiError, isForbidden } from './errors.ts';
import { nameOfUser } from './impersonate.ts';
import type { Transport } from './transport.ts';

const FORBIDDEN =
  /User "([^"]+)" cannot (\w+) resource "([^"]+)"(?: in API group "([^"]*)")?(?: in the namespace "([^"]+)"| at the cluster scope)?/;

/** A sentence with the way out for what the API server says to somebody who lacks a right; undefined for any other text. */
export function describeForbidden(text: string): string | undefined {
  const [, user = '', verb = '', resource = '', group = '', namespace] = FORBIDDEN.exec(text) ?? [];
  if (user === '') return undefined;
  const who = nameOfUser(user);
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
  const role =
    namespace === undefined ? 'a ClusterRole and a ClusterRoleBinding' : 'a Role and a RoleBinding';
  const what = impersonated(text, verb, namespace) ?? (group === '' ? resource : `${resource}.${group}`);
  return `${who} may not ${verb} ${what} ${where}: allow it by ${role}`;
}

/** Of accounts one would look for the wrong one without its name. */
function impersonated(text: string, verb: string, namespace: string | undefined): string | undefined {
  const [, name] = /serviceaccounts "([^"]+)" is forbidden/.exec(text) ?? [];
  return verb !== 'impersonate' || name === undefined || namespace === undefined
    ? undefined
    : nameOfUser(serviceAccountUser(namespace, name));
}

/** Whoever lacks a right is told so in words for people, with what was tried. */
export function explainingForbidden(transport: Transport): Transport {
  const explained = async <T>(request: ApiRequest, answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (caught) {
      throw inWords(request, caught);
    }
  };
  return {
    request: (request, signal) => explained(request, transport.request(request, signal)),
    stream: (request, sink, signal) => explained(request, transport.stream(request, sink, signal)),
    close: () => {
      transport.close();
    },
  };
}

function inWords(request: ApiRequest, caught: unknown): unknown {
  if (!(caught instanceof ApiError) || !isForbidden(caught)) return caught;
  const words = describeForbidden(caught.message);
  return words === undefined
    ? caught
    : new ApiError(`${failureOf(request)}: ${words}`, caught, { cause: caught });
}
