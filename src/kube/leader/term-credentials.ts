import { randomUUID } from 'node:crypto';
import { describe } from '../../api/errors.ts';
import type { ObjectKey } from '../../api/metadata.ts';
import { serviceAccountIn } from '../../api/service-account.ts';
import { shortHash } from '../../api/short-hash.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Credentials } from '../connect/credentials.ts';
import { claimsIn } from '../connect/token-claims.ts';
import { ApiError } from '../errors.ts';
import { sleep } from '../http/abort.ts';
import { SECRETS, pathOfType } from '../resource-type.ts';
import type { KubeObject, ResourceType } from '../resource-type.ts';
import { createResource } from '../resource.ts';
import type { Transport } from '../transport.ts';

/**
 * Credentials that end with a term. Children of an operator whose whole machine stood still may go on when another one
 * leads already, and nobody is there to end them: what they have got is a token that the API server believes no more.
 */
export interface TermCredentials {
  /** Undefined where the operator is no ServiceAccount, or may ask for no tokens: children get its own credentials. */
  readonly token: () => string | undefined;
  /** Whether there were credentials of a term before, which has not come to a clean end then. */
  readonly hadOthers: boolean;
  readonly end: () => Promise<void>;
}

export interface TermCredentialsOptions {
  readonly transport: Transport;
  readonly credentials: { readonly current: () => Promise<Pick<Credentials, 'token'>> };
  readonly namespace: string;
  /** Of the lease: whoever shares it shares this. */
  readonly name: string;
  readonly log: Logger;
}

const TERM_LABEL = 'helm-release-operator.io/term-of';
const LIFETIME_SECONDS = 3_600;
const RETRY_MS = 60_000;
const SHORTEST_MS = 60_000;
const END_MS = 3_000;
const ACCOUNTS: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
};

interface TokenRequest {
  readonly spec: { readonly expirationSeconds: number };
  readonly status: { readonly token: string };
}

/**
 * Ends the credentials of all terms before, and asks for those of this one: a token that is bound to a Secret of its own.
 * Rejects where the API server cannot be asked; where it refuses, the operator goes on without.
 */
export async function openTermCredentials(
  options: TermCredentialsOptions,
  signal: AbortSignal,
): Promise<TermCredentials> {
  const { credentials, namespace, log } = options;
  const account = accountIn((await credentials.current()).token);
  // A token can be bound to what is in the namespace of its account only.
  if (account?.namespace !== namespace) return NONE;
  try {
    return await open(options, account, signal);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    log.warn("helm's credentials do not end with the lead of this replica", {
      error: describe(error),
      remedy: `let ServiceAccount ${namespace}/${account.name} create serviceaccounts/token of itself, and Secrets in its namespace`,
    });
    return NONE;
  }
}

const NONE: TermCredentials = { token: () => undefined, hadOthers: false, end: () => Promise.resolve() };

/** The same answer will come again. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && !AGAIN.has(error.status);
}

const AGAIN: ReadonlySet<number> = new Set([401, 408, 409, 429]);

async function open(
  { transport, namespace, name, log }: TermCredentialsOptions,
  account: ObjectKey,
  signal: AbortSignal,
): Promise<TermCredentials> {
  const secrets = createResource<KubeObject>(transport, SECRETS, { metadataOnly: true });
  const label = shortHash(name);
  const before = await secrets.list({ namespace, labelSelector: `${TERM_LABEL}=${label}` }, signal);
  for (const { metadata } of before.items)
    await secrets.delete({ namespace, name: metadata.name }, {}, signal);
  const secret = await secrets.create(
    {
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: {
        namespace,
        name: `${name}-term-${randomUUID().slice(0, 8)}`,
        labels: { [TERM_LABEL]: label },
      },
    },
    signal,
  );
  let { token, lifetimeMs } = await requestToken(transport, account, secret, signal);
  const ended = new AbortController();
  const renewing = (async () => {
    let waitMs = lifetimeMs / 2;
    for (;;) {
      await sleep(waitMs, ended.signal);
      try {
        ({ token, lifetimeMs } = await requestToken(transport, account, secret, ended.signal));
        waitMs = lifetimeMs / 2;
      } catch (error) {
        ended.signal.throwIfAborted();
        log.warn('the token of this term cannot be renewed', { error: describe(error) });
        waitMs = RETRY_MS;
      }
    }
  })().catch(() => undefined); // it ends when it is told to
  return {
    token: () => token,
    hadOthers: before.items.length > 0,
    end: async () => {
      ended.abort();
      await renewing;
      const { name: own, uid } = secret.metadata;
      try {
        await secrets.delete(
          { namespace, name: own },
          uid === undefined ? {} : { uid },
          AbortSignal.timeout(END_MS),
        );
      } catch (error) {
        log.warn('the Secret of this term cannot be deleted', { error: describe(error) });
      }
    },
  };
}

async function requestToken(
  transport: Transport,
  account: ObjectKey,
  { metadata }: KubeObject,
  signal: AbortSignal,
): Promise<{ token: string; lifetimeMs: number }> {
  const answer = (await transport.request(
    {
      verb: 'create',
      resource: 'serviceaccounts/token',
      subject: `${account.namespace}/${account.name}`,
      namespace: account.namespace,
      path: pathOfType(ACCOUNTS, { ...account, subresource: 'token' }),
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          expirationSeconds: LIFETIME_SECONDS,
          boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: metadata.name, uid: metadata.uid },
        },
      },
    },
    signal,
  )) as TokenRequest;
  // Counted from now, and not compared with a time of the server's.
  const lifetimeMs = Math.min(answer.spec.expirationSeconds, LIFETIME_SECONDS) * 1000;
  return { token: answer.status.token, lifetimeMs: Math.max(lifetimeMs, SHORTEST_MS) };
}

/** Whose token it is: what it says of itself is enough to ask for another one of the same. */
function accountIn(token: string | undefined): ObjectKey | undefined {
  const subject = token === undefined ? undefined : claimsIn(token)?.['sub'];
  return typeof subject === 'string' ? serviceAccountIn(subject) : undefined;
}
