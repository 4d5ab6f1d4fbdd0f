import { createHash } from 'node:crypto';
import type { ChartSource } from './chart.ts';
import { tlsKey } from './http/tls.ts';

/** The identity of a source: two with the same key may share whatever one of them found. */
export function sourceKey(source: ChartSource): string {
  const { scope } = source;
  const auth = source.kind === 'git' ? (source.access ?? source.auth) : source.auth;
  const tls = source.kind === 'git' ? '' : tlsKey(source.tls);
  return keyOf([...placeOf(source), scope, JSON.stringify(auth ?? ''), tls]);
}

/** A key of fixed length that tells nothing of its parts, and cannot be equal for other parts. */
export function keyOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** For logs and messages; never user-info or a query, which may hold a password. */
export function describeSource(source: ChartSource): string {
  switch (source.kind) {
    case 'git':
      return `chart ${source.path} of ${withoutSecrets(source.url)} at ${source.ref}`;
    case 'repository':
      return `chart ${source.name} ${source.version} of ${withoutSecrets(source.url)}`;
    case 'oci':
      return `chart ${withoutSecrets(source.url)} ${source.version}`;
  }
}

/** The host that a lookup of this source burdens first. */
export function hostOfSource({ url }: ChartSource): string {
  const [, scheme, authority = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?(?:[^@/]*@)?([^/]+)/i.exec(url) ?? [];
  // Behind a scheme a colon begins a port, which may be another server; in git@host:path it begins the path.
  return (scheme === undefined ? authority.replace(/:.*$/, '') : authority).toLowerCase();
}

export function withoutSecrets(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^@/]*@/i, '$1').replace(/[?#].*$/, '');
}

function placeOf(source: ChartSource): readonly string[] {
  switch (source.kind) {
    case 'git':
      return ['git', source.url, source.ref, source.path, String(source.skipDepUpdate)];
    case 'repository':
      return ['repository', source.url, source.name, source.version];
    case 'oci':
      return ['oci', source.url, source.version];
  }
}
