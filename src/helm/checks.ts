import { isAbsolute } from 'node:path';
import { InvalidSpecError } from '../api/errors.ts';
import { serviceAccountIn } from '../api/service-account.ts';

/*
 * The last look at what goes onto a command line. All of it was checked where it came in; this is for the day on which
 * that check has a hole.
 */

const RELEASE_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_RELEASE_NAME = 53;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const MAX_ACCOUNT_NAME = 253;
const LABEL_PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const MAX_LABEL_PREFIX = 253;
/** Helm keeps its own record in these. */
const RESERVED_LABELS: ReadonlySet<string> = new Set([
  'name',
  'owner',
  'status',
  'version',
  'createdAt',
  'modifiedAt',
]);
const MAX_DESCRIPTION = 512;

export function checkedReleaseName(name: string): string {
  if (name.length <= MAX_RELEASE_NAME && RELEASE_NAME.test(name)) return name;
  throw new InvalidSpecError(`'${name}' cannot be the name of a Helm release`);
}

export function checkedNamespace(namespace: string): string {
  if (NAMESPACE.test(namespace)) return namespace;
  throw new InvalidSpecError(`'${namespace}' cannot be the name of a namespace`);
}

/** Nobody but ServiceAccounts is impersonated, and an empty name must not come to mean nobody. */
export function checkedAccount(user: string): string {
  const { namespace, name } = serviceAccountIn(user) ?? { namespace: '', name: '' };
  const fits = NAMESPACE.test(namespace) && name.length <= MAX_ACCOUNT_NAME && LABEL_PREFIX.test(name);
  if (fits) return user;
  throw new InvalidSpecError(`'${user}' cannot be the name of a service account`);
}

export function checkedRevision(revision: number): string {
  return String(wholeNumber(revision, 1, 'the revision to go back to'));
}

export function checkedMaxHistory(count: number): string {
  return String(wholeNumber(count, 0, 'the number of revisions to keep'));
}

/** helm looks for a chart by a relative name in the working directory first, and in repositories after that. */
export function checkedPath(path: string): string {
  if (isAbsolute(path)) return path;
  throw new InvalidSpecError(`'${path}' is not an absolute path`);
}

/** helm takes an argument of `--values` for a line of comma-separated, perhaps quoted, names. */
export function checkedValuesPath(path: string): string {
  if (!/[,"\r\n]/.test(path)) return checkedPath(path);
  throw new InvalidSpecError(
    `helm cannot be given values from '${path}': the path of the work directory must not hold commas or quotes`,
  );
}

/** `key=value`, where undefined stands for a label that is to go. */
export function checkedLabel(key: string, value: string | undefined): string {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const prefixFits = prefix === undefined || (prefix.length <= MAX_LABEL_PREFIX && LABEL_PREFIX.test(prefix));
  if (!prefixFits || !LABEL_NAME.test(key.slice(slash + 1)) || RESERVED_LABELS.has(key)) {
    throw new InvalidSpecError(`'${key}' cannot be a label of a Helm release`);
  }
  // To helm the value null means that the label goes.
  if (value === 'null' || (value !== undefined && value !== '' && !LABEL_NAME.test(value))) {
    throw new InvalidSpecError(`'${value}' cannot be the value of label ${key}`);
  }
  return `${key}=${value ?? 'null'}`;
}

/** As Go writes it. helm waits in whole seconds at best, so parts of one are rounded up. */
export function goDuration(ms: number): string {
  if (Number.isFinite(ms) && ms > 0) return `${String(Math.ceil(ms / 1000))}s`;
  throw new InvalidSpecError(`${String(ms)} ms cannot be a timeout`);
}

/** Free text for Helm's history, on one line. */
export function checkedDescription(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, MAX_DESCRIPTION);
}

function wholeNumber(value: number, least: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new InvalidSpecError(`${String(value)} cannot be ${what}`);
}
