import { describeConflicts } from './conflict.ts';
import { describeHook } from './hooks.ts';
import { describeImmutable, describeInvalid, describeOwnership, describeUnknownKind } from './objects.ts';
import type { FailureKind } from './failure-kind.ts';

/** What becomes of the objects of a chart, and of its hooks. */
export const OBJECT_FAILURES = [
  {
    class: 'OWNERSHIP',
    reason: 'OwnedByAnother',
    retry: 'backoff',
    pattern: /exists and cannot be imported into the current release: invalid ownership metadata/,
    explain: describeOwnership,
  },
  {
    class: 'SSA_CONFLICT',
    reason: 'FieldConflict',
    retry: 'backoff',
    pattern: /conflict occurred while applying object|Apply failed with \d+ conflicts?/,
    explain: (text) =>
      `${describeConflicts(text)}: set spec.forceConflicts to true to take the fields over, or leave them out of the chart`,
  },
  {
    class: 'IMMUTABLE',
    reason: 'ImmutableField',
    retry: 'backoff',
    pattern:
      /field is immutable|is immutable after creation|for fields other than .* are forbidden|may not change once set/,
    explain: describeImmutable,
  },
  {
    class: 'NS_MISSING',
    reason: 'NamespaceNotFound',
    retry: 'backoff',
    pattern: /namespaces "([^"]+)" not found/,
    explain: (text) => {
      const name = /namespaces "([^"]+)" not found/.exec(text)?.[1] ?? '';
      return `namespace ${name} does not exist: create it (kubectl create namespace ${name})`;
    },
  },
  {
    class: 'UNKNOWN_KIND',
    reason: 'UnknownKind',
    retry: 'backoff',
    pattern: /no matches for kind|resource mapping not found|server could not find the requested resource/,
    explain: describeUnknownKind,
  },
  {
    class: 'DUPLICATE',
    reason: 'DuplicateObject',
    retry: 'backoff',
    pattern: /\S+ "[^"]+" already exists/,
    explain: (text) =>
      `${/(\S+ "[^"]+") already exists/.exec(text)?.[1] ?? 'an object'} exists already: the chart holds it twice, or something else made it meanwhile`,
  },
  {
    class: 'INVALID_OBJECT',
    reason: 'InvalidObject',
    retry: 'after-change',
    pattern:
      /is invalid: |failed to create typed patch object|unknown field|cannot be handled as an? |error validating data/,
    explain: (text) => `Kubernetes refuses an object of the chart: ${describeInvalid(text)}`,
  },
  {
    class: 'HOOK_FAILED',
    reason: 'HookFailed',
    retry: 'backoff',
    pattern:
      /(?:failed |^)(?:pre|post)-\w+(?: hooks failed)?: |\b(?:job|pod) \S+ failed|resource (?:Job|Pod)\/\S+ not ready/,
    explain: (text) => describeHook(text, false),
  },
  {
    class: 'TIMEOUT',
    reason: 'Timeout',
    retry: 'backoff',
    pattern: /context deadline exceeded|timed out waiting/,
    explain: () => 'the objects of the release were not ready in time (spec.timeout)',
  },
  {
    class: 'USAGE',
    reason: 'UnexpectedError',
    retry: 'after-change',
    pattern:
      /unknown (?:shorthand )?flag|requires \d+ argument|invalid argument ".*" for|invalid release name/,
  },
] as const satisfies readonly FailureKind[];
