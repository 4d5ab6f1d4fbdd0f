import type { CelRule } from '../../schema/fragments.ts';
import { POINTER_FORM } from '../pointer.ts';
import { MAX_INTERVAL, MAX_SYNC_NAME, MIN_INTERVAL } from './defaults.ts';

/** What `kubectl apply` refuses. Whatever only a look into the repository can tell is answered in status. */

/** Read by the API server (RE2) and by `intervalMs` alike: numbers so small that no sum of them is too large for Go. */
export const INTERVAL_FORM = '^([0-9]{1,5}([.][0-9]{1,9})?(ms|s|m|h))+$';

export const COMMIT_FORM = '^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$';

/** A name and a password in front of the host. */
export const PASSWORD_FORM = '^[A-Za-z0-9+.-]+://[^/@]*:[^/]*@';

const URL_FORM = '^(?i:https?|ssh|git[+]ssh|ssh[+]git)://[^-/]';
const SCP_FORM = '^([^@:/-][^@:/]*@)?([^@:/[-][^@:/]*|[[][^]@/]+[]]):/?[^/]';

/** By what an object is known. */
export const IDENTITY = ['/apiVersion', '/kind', '/metadata/name', '/metadata/namespace'] as const;

const SUBDOMAIN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

/** Of any object that is named. */
export const MAX_OBJECT_NAME = 253;

export const TWO_REFS = 'of branch, tag, semver and commit only one can be followed: remove the others';

export const PASSWORD_IN_URL =
  'the URL holds a password, which everybody who may read a GitSync would see: put user and password into a Secret, and name it in secretRef';

export const NO_COMMIT =
  'a commit is named by its full id, 40 or 64 hexadecimal digits: set that, or branch or tag for a name';

export const NO_INTERVAL =
  'the interval has to be a duration such as 30s, 1m or 1h30m: numbers with the units h, m, s or ms';

export const NO_POINTER =
  'a path is a JSON pointer such as /spec/replicas: it begins with a slash, and in a key a slash is written ~1 and a tilde ~0';

export const IGNORES_IDENTITY =
  'by apiVersion, kind, name and namespace an object is known, so they cannot be ignored, and neither can metadata as a whole: name other fields';

export const INTERVAL_OUT_OF_RANGE = `the interval has to be at least ${MIN_INTERVAL} and at most ${MAX_INTERVAL}: set one between`;

export const NO_TAG =
  'only a tag that ref names can be verified as one: set ref.tag or ref.semver, or the mode Commit';

/** On the whole object: the API server takes no rule, and no `fieldPath`, below its metadata. */
export const SYNC_RULES: readonly CelRule[] = [
  {
    rule: `size(self.metadata.name) <= ${MAX_SYNC_NAME.toString()}`,
    message: `the name of a GitSync stands in a label of every object, which holds at most ${MAX_SYNC_NAME.toString()} characters: choose a shorter one`,
  },
];

export const URL_RULES: readonly CelRule[] = [
  {
    rule: `self.matches('${URL_FORM}') || (!self.contains('://') && self.matches('${SCP_FORM}'))`,
    message:
      'the URL has to be that of a Git repository: https://host/org/repo, http://host/org/repo, ssh://git@host:2222/org/repo or git@host:org/repo',
  },
  { rule: `!self.matches('${PASSWORD_FORM}')`, message: PASSWORD_IN_URL },
];

export const REF_RULES: readonly CelRule[] = [
  {
    rule: '[has(self.branch), has(self.tag), has(self.semver), has(self.commit)].filter(given, given).size() <= 1',
    message: TWO_REFS,
  },
];

/** On the spec: a rule of verify does not see ref. */
export const VERIFY_RULES: readonly CelRule[] = [
  {
    rule: "!has(self.verify) || !has(self.verify.mode) || self.verify.mode == 'Commit' || (has(self.ref) && (has(self.ref.tag) || has(self.ref.semver)))",
    message: NO_TAG,
    fieldPath: '.verify.mode',
  },
];

export const COMMIT_RULES: readonly CelRule[] = [
  { rule: `self.matches('${COMMIT_FORM}')`, message: NO_COMMIT },
];

export const INTERVAL_RULES: readonly CelRule[] = [
  { rule: `self.matches('${INTERVAL_FORM}')`, message: NO_INTERVAL },
  {
    rule: `!self.matches('${INTERVAL_FORM}') || (duration(self) >= duration('${MIN_INTERVAL}') && duration(self) <= duration('${MAX_INTERVAL}'))`,
    message: INTERVAL_OUT_OF_RANGE,
  },
];

export const IGNORED_PATH_RULES: readonly CelRule[] = [
  { rule: `self.matches('${POINTER_FORM}')`, message: NO_POINTER },
  // For a form, or a list of what it begins with, the API server would charge more than a rule may cost.
  {
    rule: ["self != '/metadata'", ...IDENTITY.map((one) => `!(self + '/').startsWith('${one}/')`)].join(
      ' && ',
    ),
    message: IGNORES_IDENTITY,
  },
];

export const IGNORED_PATHS_RULES: readonly CelRule[] = [
  {
    rule: 'size(self) > 0',
    message: 'a rule that names no path ignores nothing: name one, or remove the rule',
  },
];

/** A branch, tag or range that is an empty string: most often a variable that nobody filled in. */
export const nonEmptyRules = (what: string, otherwise: string): readonly CelRule[] => [
  { rule: 'size(self) > 0', message: `the ${what} is an empty string: set one, or ${otherwise}` },
];

export const nameRules = (kind: string): readonly CelRule[] => [
  {
    rule: `self.matches('${SUBDOMAIN}')`,
    message: `no ${kind} can have this name: set one of lower case letters, digits, '-' and '.' that begins and ends with a letter or digit`,
  },
];
