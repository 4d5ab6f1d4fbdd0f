import type { ObjectKey } from './metadata.ts';

/** The user as which the API server knows a ServiceAccount. */
export function serviceAccountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** Undefined for a user that is no ServiceAccount. */
export function serviceAccountIn(user: string): ObjectKey | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
