import { ChartUnavailableError } from '../api/errors.ts';

const REDIRECTED = /requested URL returned error: 30[12378]/;
const LOCATION = /<= Recv header: location: (\S+)/gi;

/** git follows no redirect for us; this is how it says that there was one. */
export function wasRedirected(stderr: string): boolean {
  return REDIRECTED.test(stderr);
}

/** Where to, from a trace of the same request (GIT_TRACE_CURL). */
export function redirectTarget(trace: string): string | undefined {
  return [...trace.matchAll(LOCATION)].at(-1)?.[1];
}

/**
 * The new address if it is the same server: a renamed repository, a missing `.git`, http turned into https. To any other
 * host, port or down to http nothing is followed: credentials and trust were given for the address that was written.
 */
export function followRedirect(address: string, target: string, shown: string): string {
  const from = new URL(address);
  const to = URL.parse(target, `${address.replace(/\/$/, '')}/info/refs`);
  const path = to === null ? undefined : /^(.*)\/info\/refs$/.exec(to.pathname)?.[1];
  if (to === null || path === undefined) {
    throw new ChartUnavailableError(
      `repository ${shown} leads to a page that is no Git repository: correct the URL`,
    );
  }
  const upgraded =
    from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === '';
  if (
    to.hostname !== from.hostname ||
    !(upgraded || (to.protocol === from.protocol && to.port === from.port))
  ) {
    throw new ChartUnavailableError(
      `repository ${shown} redirects to ${to.origin}, and redirects to another server are not followed: write that address into the spec if you trust it`,
    );
  }
  const next = new URL(to.origin + path);
  next.username = from.username;
  return next.href;
}
