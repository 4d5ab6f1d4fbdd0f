import { posix } from 'node:path';
import { FAILSAFE_SCHEMA, load, YAMLException } from 'js-yaml';

/** An entry of Helm's repositories.yaml, as `helm repo add` writes it. */
export interface RepositoryEntry {
  /** By which charts may name the repository as `@name` or `alias:name`. */
  readonly name: string;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly skipVerify: boolean;
  /** Credentials go wherever the index points to. */
  readonly everywhere: boolean;
}

/** All scalars stay texts: a password may look like a number. */
const YAML = { schema: FAILSAFE_SCHEMA, maxAliases: 1_000, maxDepth: 20 };

/** Throws an Error whose message completes "the file ... " and shows nothing of the file. */
export function parseRepositoriesYaml(text: string): readonly RepositoryEntry[] {
  const { repositories } = lowerCased(parse(text)) ?? {};
  if (repositories === undefined || isEmpty(repositories)) return [];
  if (!Array.isArray(repositories)) throw new Error('has repositories that are not a list');
  return repositories.flatMap((entry: unknown) => {
    const fields = lowerCased(entry);
    const read = (key: string): string => textOf(fields?.[key]);
    const url = read('url');
    if (url === '') return []; // nothing could ever be asked there
    return [
      {
        ...{ name: read('name'), url, username: read('username'), password: read('password') },
        ...{ certFile: read('certfile'), keyFile: read('keyfile'), caFile: read('cafile') },
        skipVerify: isYes(read('insecure_skip_tls_verify')),
        everywhere: isYes(read('pass_credentials_all')),
      },
    ];
  });
}

/** Whether two URLs name the same repository, as Helm Operator compared them: by their clean paths, without the query. */
export function isSameRepository(a: string, b: string): boolean {
  const [one, other] = [placeOf(a), placeOf(b)];
  return one !== undefined && one === other;
}

function placeOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${posix.normalize(pathname).replace(/\/$/, '')}`;
}

function parse(text: string): unknown {
  if (text.trim() === '') return undefined; // mounted, and not filled yet
  let fault: string;
  try {
    return load(text, YAML);
  } catch (caught) {
    fault = reasonOf(caught);
  }
  // Without its cause: that shows an excerpt of the file, which may hold a password.
  throw new Error(`is not YAML: ${fault}`);
}

function reasonOf(caught: unknown): string {
  if (!(caught instanceof YAMLException)) return 'cannot be parsed';
  const { reason, mark } = caught;
  const safe = reason.replace(/\W*["'`!<%].*$/s, ''); // what follows is out of the file
  return mark === undefined ? safe : `${safe} in line ${String(mark.line + 1)}`;
}

/** Go reads the names of fields in any case. */
function lowerCased(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key.toLowerCase(), field]));
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'string' && textOf(value) === '');
}

function textOf(value: unknown): string {
  return typeof value === 'string' && !/^(?:~|null)$/i.test(value) ? value : '';
}

function isYes(text: string): boolean {
  return /^(?:true|yes|on|y)$/i.test(text);
}
