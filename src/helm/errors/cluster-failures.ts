import { describeForbidden } from '../../kube/forbidden.ts';
import { describeInvalid } from './objects.ts';
import type { FailureKind } from './failure-kind.ts';

const FORBIDDEN = {
  class: 'FORBIDDEN',
  reason: 'Forbidden',
  retry: 'backoff',
  pattern: /is forbidden: User "/,
  explain: describeForbidden,
} as const satisfies FailureKind;

/** The API server, what Helm stores in it, and what it allows. */
export const CLUSTER_FAILURES = [
  {
    class: 'LOCKED',
    reason: 'ReleaseLocked',
    retry: 'backoff',
    pattern: /another operation \(install\/upgrade\/rollback\) is in progress/,
    explain: (_text, { name }) =>
      `another helm works on release ${name}, or one was killed in the middle of it; it is tried again`,
  },
  {
    class: 'CANCELLED',
    reason: 'Cancelled',
    retry: 'backoff',
    pattern: /context canceled/,
    explain: () => 'helm was told to stop before it had finished',
  },
  {
    class: 'WEBHOOK_DOWN',
    reason: 'WebhookUnavailable',
    retry: 'backoff',
    pattern: /failed calling webhook "([^"]+)"/,
    explain: (text) =>
      `admission webhook ${/webhook "([^"]+)"/.exec(text)?.[1] ?? ''} does not answer: ${text.replace(/^.*failed to call webhook: /s, '')}`,
  },
  {
    class: 'UNAUTHENTICATED',
    reason: 'ApiServerAccess',
    retry: 'backoff',
    pattern: /server has asked for the client to provide credentials|: Unauthorized$/m,
    explain: () => 'the API server does not accept the credentials that helm was given',
  },
  {
    // It has answered: whoever helm is told to be may not be taken for it.
    ...FORBIDDEN,
    pattern: /cluster unreachable: [^\n]*is forbidden: User "/i,
  },
  {
    class: 'UNREACHABLE',
    reason: 'ApiServerUnreachable',
    retry: 'backoff',
    pattern:
      /cluster unreachable:|connection refused|no such host|i\/o timeout|connection reset|TLS handshake timeout|unexpected EOF|http2: |broken pipe|dial tcp/i,
    explain: (text) =>
      `the API server cannot be reached: ${text.replace(/^.*cluster unreachable: /is, '').replace(/^(?:Get|Post|Put|Patch|Delete) "[^"]*": /, '')}`,
  },
  {
    class: 'API_TRANSIENT',
    reason: 'ApiServerBusy',
    retry: 'backoff',
    pattern:
      /etcdserver: |too many requests|server is currently unable to handle the request|server was unable to return a response|Internal error occurred|apiserver not ready|an error on the server/i,
    explain: (text) =>
      `the API server is in trouble: ${text.replace(/^.*failed to query with labels: /s, '')}`,
  },
  {
    class: 'RACE_LOST',
    reason: 'OvertakenByAnother',
    retry: 'backoff',
    pattern: /release: already exists|object has been modified/,
    explain: (_text, { name }) => `another helm was faster with release ${name}; it is tried again`,
  },
  {
    class: 'NAME_IN_USE',
    reason: 'ReleaseExists',
    retry: 'backoff',
    pattern: /cannot re-?use a name that is still in use/,
    explain: (_text, { name, namespace }) => `release ${name} exists in namespace ${namespace} already`,
  },
  {
    class: 'NOT_FOUND',
    reason: 'ReleaseNotFound',
    retry: 'backoff',
    pattern: /release: not found/,
    explain: (_text, { name, namespace }) => `there is no release ${name} in namespace ${namespace}`,
  },
  {
    class: 'ALREADY_UNINSTALLED',
    reason: 'ReleaseNotFound',
    retry: 'backoff',
    pattern: /the release named "[^"]*" is already deleted/,
    explain: (_text, { name }) => `release ${name} is uninstalled already`,
  },
  {
    class: 'NO_DEPLOYED',
    reason: 'ReleaseNotFound',
    retry: 'backoff',
    pattern: /has no deployed releases/,
    explain: (_text, { name, namespace }) =>
      `release ${name} in namespace ${namespace} has no revision that helm could upgrade`,
  },
  {
    class: 'NO_REVISION',
    reason: 'RevisionNotFound',
    retry: 'after-change',
    pattern: /release has no \d+ version/,
    explain: (text, { name }) =>
      `release ${name} has no revision ${/no (\d+) version/.exec(text)?.[1] ?? ''} any more to go back to: keep more of them with spec.maxHistory`,
  },
  {
    class: 'TOO_BIG',
    reason: 'ReleaseTooLarge',
    retry: 'after-change',
    pattern:
      /Too long: (?:must have at most|may not be more than) \d+|Request entity too large|data: Too long/,
    explain: () =>
      'the release does not fit into the one Secret of 1 MiB that Helm keeps it in: leave large files out of the chart (.helmignore), or split it',
  },
  {
    class: 'NS_TERMINATING',
    reason: 'NamespaceTerminating',
    retry: 'backoff',
    pattern: /unable to create new content in namespace \S+ because it is being terminated/,
    explain: (text) =>
      `namespace ${/in namespace (\S+) because/.exec(text)?.[1] ?? ''} is being deleted: nothing new can be made in it`,
  },
  {
    class: 'QUOTA',
    reason: 'QuotaExceeded',
    retry: 'backoff',
    pattern: /exceeded quota: /,
    explain: (text) =>
      `${describeInvalid(text).replace(' is forbidden: exceeded quota: ', ' exceeds ResourceQuota ')}: raise the quota, or ask for less`,
  },
  {
    class: 'DENIED',
    reason: 'AdmissionDenied',
    retry: 'backoff',
    pattern: /denied (?:the )?request: |violates PodSecurity/,
    explain: (text) => `a policy of the cluster refuses this: ${describeInvalid(text)}`,
  },
  FORBIDDEN,
] as const satisfies readonly FailureKind[];
