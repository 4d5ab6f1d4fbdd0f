/** What a registry asks for with a 401. */
export type Challenge =
  | { readonly kind: 'basic' }
  | {
      readonly kind: 'bearer';
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

const MAX_LENGTH = 4_096;
const SCHEME_OR_PARAMETER = /([A-Za-z]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;

/** Reads WWW-Authenticate; a token is preferred where both ways are open. Undefined if neither is offered. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  let basic = false;
  let bearer: Map<string, string> | undefined;
  let current: Map<string, string> | undefined;

  for (const [, name = '', quoted, plain] of (header ?? '')
    .slice(0, MAX_LENGTH)
    .matchAll(SCHEME_OR_PARAMETER)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value !== undefined) {
      current?.set(name.toLowerCase(), value);
      continue;
    }
    current = new Map();
    basic ||= name.toLowerCase() === 'basic';
    if (name.toLowerCase() === 'bearer') bearer ??= current;
  }

  const realm = bearer?.get('realm');
  if (bearer && realm !== undefined) {
    return { kind: 'bearer', realm, service: bearer.get('service'), scope: bearer.get('scope') };
  }
  return basic ? { kind: 'basic' } : undefined;
}
