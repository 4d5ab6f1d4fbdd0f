import { portOf } from './proxy.ts';

const MOVED = new Set([301, 302, 303, 307, 308]);

export type Redirect =
  | { readonly kind: 'none' }
  | { readonly kind: 'follow'; readonly to: URL }
  /** The reason completes "https://... ". */
  | { readonly kind: 'refused'; readonly why: string };

/**
 * What to do with a redirect. Only the same host may be followed, and the scheme may only go up: a hostile
 * or taken-over source must not make us ask others in its name. `elsewhere` is for content whose digest is
 * known beforehand: releases on GitHub and the blobs of most registries are served by a storage service, which
 * can neither forge them nor learn anything, since it gets no credentials.
 */
export function redirectOf(
  from: URL,
  { status, location, elsewhere }: { status: number; location: string | undefined; elsewhere: boolean },
): Redirect {
  if (!MOVED.has(status)) return { kind: 'none' };
  if (location === undefined || !URL.canParse(location, from.href)) {
    return { kind: 'refused', why: `answered ${String(status)} without an address to go to` };
  }

  const to = new URL(location, from);
  const why = refusal(from, to, elsewhere);
  return why === undefined ? { kind: 'follow', to } : { kind: 'refused', why };
}

/** The same host to the port; from http to https the default ports count as the same. */
export function isSameHost(a: URL, b: URL): boolean {
  if (a.hostname !== b.hostname) return false;
  return portOf(a) === portOf(b) || (a.port === '' && b.port === '');
}

/** Never anything that may be secret: no user-info, no query. */
export function showUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

function refusal(from: URL, to: URL, elsewhere: boolean): string | undefined {
  const where = `redirects to ${showUrl(to)}`;
  if (to.protocol !== 'https:' && to.protocol !== 'http:') return `${where}, which is neither https nor http`;
  if (from.protocol === 'https:' && to.protocol === 'http:') return `${where}, which is not encrypted`;
  if (isSameHost(from, to)) return undefined;
  if (elsewhere && to.protocol === 'https:') return undefined;
  return `${where}, which is another host: use that address in the spec if it is right`;
}
