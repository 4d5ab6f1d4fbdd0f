import { z } from 'zod';
import { InvalidSpecError } from './errors.ts';
import type { HelmRelease, HelmReleaseStatus } from './helm-release.ts';
import { specSchema } from './schema/spec.ts';
import { statusSchema } from './schema/status.ts';

const objectSchema = z.object({ metadata: z.object({ name: z.string() }), spec: specSchema });

/**
 * The object as a HelmRelease. The API server checked it, but perhaps by an older schema: fields that we do not
 * know stay where they are, and what is odd in a status, which is ours to write anew, is left out. An
 * InvalidSpecError names the first field of the spec that cannot be used.
 */
export function parseHelmRelease(object: unknown): HelmRelease {
  const checked = objectSchema.safeParse(object);
  if (!checked.success) throw new InvalidSpecError(sentence(checked.error.issues[0], object));
  const { status, ...rest } = object as Omit<HelmRelease, 'status'> & { readonly status?: unknown };
  return status === undefined || statusSchema.safeParse(status).success
    ? (object as HelmRelease)
    : { ...rest, status: usablePart(status) };
}

/** Field by field, so that one odd entry does not cost the memory of all others. */
function usablePart(status: unknown): HelmReleaseStatus {
  const fields = typeof status === 'object' && status !== null ? Object.entries(status) : [];
  const kept = fields.flatMap(([name, value]) => {
    const usable = partOf(name, value);
    return usable === undefined ? [] : [[name, usable] as const];
  });
  return Object.fromEntries(kept);
}

function partOf(name: string, value: unknown): unknown {
  const whole = statusSchema.safeParse({ [name]: value });
  if (whole.success || !Array.isArray(value)) return whole.success ? value : undefined;
  return value.filter((entry) => statusSchema.safeParse({ [name]: [entry] }).success);
}

function sentence(issue: z.core.$ZodIssue | undefined, object: unknown): string {
  if (issue === undefined || issue.path.length === 0) return 'this is no HelmRelease, not even an object';
  const field = z.core.toDotPath(issue.path);
  const found = issue.path.reduce<unknown>(
    (at, part) => (at as Readonly<Record<PropertyKey, unknown>> | undefined)?.[part],
    object,
  );
  if (found === undefined) return `${field} is missing: add it to the HelmRelease`;
  return `${field} ${complaint(issue, found)}: correct it in the HelmRelease`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
};

/** Never with the value itself: it may be something private that went astray. */
function complaint(issue: z.core.$ZodIssue, found: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `has to be ${KINDS[issue.expected] ?? issue.expected}, but is ${kindOf(found)}`;
    case 'invalid_value':
      return `has to be ${issue.values.map(String).join(' or ')}`;
    default:
      return 'cannot be used';
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  const kind = Array.isArray(value) ? 'array' : typeof value;
  return KINDS[kind] ?? kind;
}
