import type { HeldCredential } from '../charts/access/held.ts';
import type { CredentialSource } from '../kube/connect/credentials.ts';
import type { CredentialLife } from '../telemetry/metrics/sources.ts';
import { type Life, lifeOfCertificate, lifeOfToken } from './credential-life.ts';

export interface CredentialWatchOptions {
  /** Those for the API server. */
  readonly own: Pick<CredentialSource, 'current'>;
  /** Those for chart sources, and those of their servers. */
  readonly held: () => Iterable<HeldCredential>;
}

/** Knows when certificates and tokens end that the operator shows to others. */
export interface CredentialWatch {
  readonly lives: () => readonly CredentialLife[];
  readonly stop: () => void;
}

/** As often as files with credentials are read anew. */
const LOOK_MS = 10_000;
const MAX_SHOWN = 200;

export function startCredentialWatch({ own, held }: CredentialWatchOptions): CredentialWatch {
  let known: ReadonlyMap<string, Life | undefined> = new Map();
  let lives: readonly CredentialLife[] = [];

  const look = async (): Promise<void> => {
    // Who cannot be asked now shows what is known of the others.
    const api = await own.current().catch(() => undefined);
    const seen = new Map<string, Life | undefined>();
    const once = (text: string | undefined, read: (text: string) => Life | undefined): Life | undefined => {
      if (text === undefined) return undefined;
      const life = seen.get(text) ?? known.get(text) ?? read(text);
      seen.set(text, life);
      return life;
    };
    const found = [
      { held: 'api-server' as const, name: 'api-server', certificate: api?.tls.cert, secret: api?.token },
      ...held(),
    ].flatMap(({ certificate, secret, ...holder }): readonly CredentialLife[] => [
      ...lifeIn({ ...holder, kind: 'certificate' }, once(certificate, lifeOfCertificate)),
      ...lifeIn({ ...holder, kind: 'token' }, once(secret, lifeOfToken)),
    ]);
    known = seen;
    lives = soonest(found);
  };
  void look();
  const timer = setInterval(() => void look(), LOOK_MS);
  return {
    lives: () => lives,
    stop: () => {
      clearInterval(timer);
    },
  };
}

function lifeIn(
  holder: Omit<CredentialLife, 'expires' | 'issued'>,
  life: Life | undefined,
): readonly CredentialLife[] {
  return life === undefined ? [] : [{ ...holder, ...life }];
}

/** One for each name: while a Secret changes, some still go by what it held. */
function soonest(all: readonly CredentialLife[]): readonly CredentialLife[] {
  const named = new Map<string, CredentialLife>();
  for (const life of all.toSorted((a, b) => a.expires - b.expires)) {
    const name = `${life.kind} ${life.held} ${life.namespace ?? ''}/${life.name}`;
    if (!named.has(name)) named.set(name, life);
  }
  return [...named.values()].slice(0, MAX_SHOWN);
}
