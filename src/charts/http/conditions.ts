import type { IncomingHttpHeaders } from 'node:http';

/** With these headers a server answers 304 as long as it has what came with that answer; none if it keeps no track. */
export function conditions({
  etag,
  'last-modified': modified,
}: Pick<IncomingHttpHeaders, 'etag' | 'last-modified'>): Readonly<Record<string, string>> {
  return {
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(modified === undefined ? {} : { 'if-modified-since': modified }),
  };
}
