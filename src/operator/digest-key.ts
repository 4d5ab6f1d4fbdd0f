import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import type { Connection } from '../kube/connection.ts';
import { isConflict } from '../kube/errors.ts';
import type { Resource } from '../kube/resource.ts';
import type { Document } from '../kube/documents.ts';

const NAME = 'helm-release-operator-digest-key';
const KEY = 'key';
export const DIGEST_KEY_BYTES = 32;

/** The operator's own namespace, where it keeps the key. */
export function namespaceOf(
  { operatorNamespace }: Pick<Config, 'operatorNamespace'>,
  { namespace }: Pick<Connection, 'namespace'>,
): string {
  return operatorNamespace ?? namespace ?? 'default';
}

/** Whether it is told. That of a kubeconfig's context is where a person happens to work. */
export function isNamespaceTold(
  { operatorNamespace }: Pick<Config, 'operatorNamespace'>,
  { namespace, isPod }: Pick<Connection, 'namespace' | 'isPod'>,
): boolean {
  return operatorNamespace !== undefined || (isPod && namespace !== undefined);
}

/** The key that is there; undefined where no operator has ever run. */
export async function findDigestKey(
  secrets: Pick<Resource<Document>, 'get'>,
  namespace: string,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  return keyIn(await secrets.get({ namespace, name: NAME }, signal));
}

/**
 * The key under which digests of values are made, so that nobody can try out guesses of a secret value. Kept in a
 * Secret, because with another key every release looks like one to be adopted anew.
 */
export async function loadDigestKey(
  secrets: Resource<Document>,
  namespace: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const found = await findDigestKey(secrets, namespace, signal);
  if (found !== undefined) return found;
  const secret: Document = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: NAME, namespace },
    data: { [KEY]: randomBytes(DIGEST_KEY_BYTES).toString('base64') },
  };
  try {
    return keyIn(await secrets.create(secret, signal)) ?? unusable(namespace);
  } catch (error) {
    // Another replica was faster: its key counts.
    if (!isConflict(error)) throw error;
    return (await findDigestKey(secrets, namespace, signal)) ?? unusable(namespace);
  }
}

function keyIn(secret: Document | undefined): Buffer | undefined {
  const key = Buffer.from(secret?.data?.[KEY] ?? '', 'base64');
  return key.length < DIGEST_KEY_BYTES ? undefined : key;
}

function unusable(namespace: string): never {
  throw new Error(
    `Secret ${namespace}/${NAME} holds no usable digest key: delete it, and the releases are compared with their charts and values once`,
  );
}
