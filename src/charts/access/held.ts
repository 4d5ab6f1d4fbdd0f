import type { ChartSource } from '../chart.ts';
import { hostOfSource } from '../source.ts';
import type { ImportedRepository } from './repository-imports.ts';

/**
 * What is shown to a chart source, and what holds it: a Secret, or an entry of --helm-repository-import. With it what a server shows to
 * us.
 */
export type HeldCredential = {
  /** PEM. */
  readonly certificate: string | undefined;
  /** A password or token, of whatever kind. */
  readonly secret: string | undefined;
} & (
  | { readonly held: 'secret'; readonly namespace: string; readonly name: string }
  | { readonly held: 'repository-import' | 'server'; readonly name: string }
);

/** Of a Secret that serves several sources there is one, and of servers there are those of the sources. */
export function heldCredentials(
  sources: Iterable<ChartSource>,
  imports: Iterable<ImportedRepository & { readonly name: string }>,
  servers: ReadonlyMap<string, string>,
): readonly HeldCredential[] {
  const bySecret = new Map<string, HeldCredential>();
  const hosts = new Set<string>();
  for (const source of sources) {
    hosts.add(hostOfSource(source));
    const [namespace, name, content] = source.scope.split('/');
    if (namespace === undefined || name === undefined || content === undefined) continue;
    bySecret.set(source.scope, { held: 'secret', namespace, name, ...shownBy(source) });
  }
  const imported = [...imports].map(({ name, auth, tls }): HeldCredential => ({
    ...{ held: 'repository-import', name },
    certificate: tls.certificate?.cert,
    secret: auth?.password,
  }));
  const shown = [...servers].flatMap(([name, certificate]): readonly HeldCredential[] =>
    hosts.has(name) ? [{ held: 'server', name, certificate, secret: undefined }] : [],
  );
  return [...bySecret.values(), ...imported, ...shown];
}

function shownBy(source: ChartSource): Pick<HeldCredential, 'certificate' | 'secret'> {
  const { auth } = source;
  return {
    certificate: source.kind === 'git' ? undefined : source.tls?.certificate?.cert,
    secret: auth === undefined ? undefined : 'password' in auth ? auth.password : auth.identityToken,
  };
}
