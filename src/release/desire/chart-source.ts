import { createHash } from 'node:crypto';
import type { ChartSourceSettings as Wanted } from '../../api/chart-source.ts';
import { CredentialsError } from '../../api/errors.ts';
import type { ReleaseSettings } from '../../api/settings.ts';
import type { ChartSource, Credentials } from '../../charts/chart.ts';
import type { ReadDocument } from '../../kube/documents.ts';
import type { FoundSource } from './found-source.ts';
import { ownChart, type OwnCommit, type OwnCommitOf } from './own-chart.ts';
import { type PullAccess, readPullSecret } from './pull-secret.ts';

/** The chart source of a release with its default ref and its credentials. */
export type ChartSourceOf = (
  settings: ReleaseSettings,
  signal: AbortSignal,
) => Promise<FoundSource | Extract<OwnCommit, { kind: 'not-known-yet' }>>;

export interface ChartSourcePorts {
  readonly readSecret: ReadDocument;
  readonly defaultRef: string;
  readonly ownCommitOf: OwnCommitOf;
}

export function createChartSourceOf({
  readSecret,
  defaultRef,
  ownCommitOf,
}: ChartSourcePorts): ChartSourceOf {
  return async ({ source, account }, signal) => {
    if (source.kind === 'own-commit') return await ownChart({ ...source, account }, ownCommitOf, signal);
    const named = await namedSource(source, { readSecret, defaultRef }, signal);
    return { kind: 'found', source: named, ...(account === undefined ? {} : { account: { user: account } }) };
  };
}

async function namedSource(
  source: Exclude<Wanted, { kind: 'own-commit' }>,
  { readSecret, defaultRef }: Pick<ChartSourcePorts, 'readSecret' | 'defaultRef'>,
  signal: AbortSignal,
): Promise<ChartSource> {
  if (source.kind !== 'git') {
    const { pullSecret, ...place } = source;
    if (pullSecret === undefined) return { ...place, scope: '' };
    return withAccess(place, await readPullSecret(pullSecret, place.url, readSecret, signal));
  }
  const { url, path, skipDepUpdate, secretRef } = source;
  const git = { kind: 'git', url, path, skipDepUpdate, ref: source.ref ?? defaultRef } as const;
  if (secretRef === undefined) return { ...git, scope: '' };
  return { ...git, ...(await credentialsFrom(secretRef, readSecret, signal)) };
}

function withAccess(
  place: Omit<Extract<Wanted, { kind: 'oci' | 'repository' }>, 'pullSecret'>,
  { auth, ...access }: PullAccess,
): ChartSource {
  switch (place.kind) {
    case 'oci':
      return { ...place, kind: 'oci', auth, ...access };
    case 'repository':
      if (auth === undefined || 'username' in auth) return { ...place, kind: 'repository', auth, ...access };
      throw new CredentialsError(
        'the Secret of spec.chart.chartPullSecret holds an identity token, which only registries take: name one with user name and password',
      );
  }
}

async function credentialsFrom(
  ref: NonNullable<Extract<Wanted, { kind: 'git' }>['secretRef']>,
  readSecret: ReadDocument,
  signal: AbortSignal,
): Promise<{ readonly auth: Credentials; readonly scope: string }> {
  const name = `${ref.namespace}/${ref.name}`;
  const secret = await readSecret(ref, signal);
  if (secret === undefined) {
    throw new CredentialsError(
      `git auth error: Secret ${name} of spec.chart.secretRef does not exist: create it with the keys username and password`,
    );
  }
  const username = valueOf(secret.data, 'username', name);
  const password = valueOf(secret.data, 'password', name);
  // Credentials that change make another source: what the old ones could read proves nothing for the new ones.
  const content = createHash('sha256')
    .update(JSON.stringify([username, password]))
    .digest('hex');
  return { auth: { username, password }, scope: `${name}/${content}` };
}

function valueOf(data: Readonly<Record<string, string>> | undefined, key: string, secret: string): string {
  const value = data?.[key];
  if (value === undefined) {
    throw new CredentialsError(`git auth error: could not find ${key} key in secret ${secret}: add it`);
  }
  return Buffer.from(value, 'base64').toString('utf8').trimEnd();
}
