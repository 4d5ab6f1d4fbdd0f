import { redactText } from '../telemetry/redact.ts';
import type { Endpoint, GitAccess } from './remote.ts';

/** What is known beside git's words. */
export interface Facts {
  readonly endpoint: Pick<Endpoint, 'url' | 'access'>;
  readonly ssh: { readonly keys: number; readonly unreadable: readonly string[] };
}

interface Names {
  readonly repo: string;
  readonly host: string;
  /** What the object brings. */
  readonly credentials: string | undefined;
  /** A phrase that begins with a verb. */
  readonly trustIt: string;
  readonly knownHosts: string;
  readonly keys: string;
  /** Of the match. */
  readonly found: string;
}

const UNREACHABLE =
  /connection refused|failed to connect|couldn't connect|no route to host|network is unreachable/i;

type Rule = readonly [pattern: RegExp, sentence: (names: Names) => string];

/** The first that matches is told; those that say more come first. */
const RULES: readonly Rule[] = [
  [
    /could not resolve (?:host|proxy)|name or service not known|temporary failure in name resolution/i,
    (names) => unknownHost(names),
  ],
  [
    /remote host identification has changed/i,
    ({ repo, host, knownHosts }) =>
      `the SSH host key of ${host} (repository ${repo}) differs from the one in ${knownHosts}: replace that line if the host has really changed its key, else somebody is in between`,
  ],
  [
    /host key verification failed|no \S+ host key is known/i,
    ({ repo, host, knownHosts }) =>
      `the SSH host key of ${host} (repository ${repo}) is not in ${knownHosts}: check its fingerprint and add the line that ssh-keyscan prints`,
  ],
  [
    /permission denied \(|no supported authentication|too many authentication failures/i,
    ({ repo, host, keys }) => `${host} does not let us read repository ${repo} by SSH: ${keys}`,
  ],
  [
    /no user exists for uid/i,
    ({ repo }) =>
      `ssh refuses to run for repository ${repo}: the user number of this container has no entry in /etc/passwd`,
  ],
  [
    /cannot run ssh|ssh: not found|ssh: command not found/i,
    ({ repo }) => `repository ${repo} needs ssh, which is not installed here`,
  ],
  [
    /certificate has expired|expired certificate/i,
    ({ repo, host }) => `the certificate of ${host} (repository ${repo}) has expired: renew it there`,
  ],
  [
    /does not match target host|no alternative certificate subject name|hostname mismatch/i,
    ({ repo, host }) =>
      `the certificate of ${host} (repository ${repo}) is for another host name: correct the URL`,
  ],
  [
    /certificate verification failed|certificate problem|certificate verify failed|error setting certificate/i,
    ({ repo, host, trustIt }) => `the certificate of ${host} (repository ${repo}) is not trusted: ${trustIt}`,
  ],
  [
    /could not read (?:username|password)|authentication failed|returned error: 401/i,
    ({ repo, credentials }) =>
      credentials !== undefined
        ? `repository ${repo} refuses the credentials: check ${credentials} in the Secret`
        : `repository ${repo} asks for credentials or does not exist: name a Secret with user name and password in secretRef, or correct the URL`,
  ],
  [
    /returned error: 403/i,
    ({ repo }) =>
      `repository ${repo} must not be read with these credentials (HTTP 403): grant them read access`,
  ],
  [
    /info\/refs not valid/i,
    ({ repo }) => `${repo} is the address of a page and not of a Git repository: correct the URL`,
  ],
  [
    /repository '?[^\n]*'? not found|returned error: 404|does not appear to be a git repository|repository not found|could not be found|no such (?:repository|project)|not a git repository/i,
    ({ repo }) => `repository ${repo} was not found: correct the URL, or grant the credentials access to it`,
  ],
  [
    /returned error: (\d{3})/i,
    ({ repo, host, found }) =>
      `${host} answers HTTP ${found} for repository ${repo}: look for the reason there`,
  ],
  [
    UNREACHABLE,
    ({ repo, host }) =>
      `${host} cannot be reached for repository ${repo}: check host and port, and that the network lets the operator out`,
  ],
  [
    /timed out|timeout/i,
    ({ repo, host }) =>
      `${host} does not answer for repository ${repo}: check host and port, and that the network lets the operator out`,
  ],
  [
    /no space left on device|disk quota exceeded/i,
    ({ repo }) =>
      `there is no disk space left to fetch repository ${repo}: give the operator's work directory more`,
  ],
  [
    /transport '([^']*)' not allowed/i,
    ({ repo, found }) =>
      `repository ${repo} leads to the transport '${found}', which is not allowed: use https or ssh`,
  ],
  [
    /fsck error|in tree [0-9a-f]+|hasDotgit|badTree|bad object/i,
    ({ repo }) =>
      `repository ${repo} holds an object that is damaged or dangerous (git fsck refuses it): repair it there`,
  ],
];

/** `why` where it is not that DNS says so. */
export function unknownHost({
  repo,
  host,
  why,
}: Pick<Names, 'repo' | 'host'> & { readonly why?: string | undefined }): string {
  if (why !== undefined)
    return `the host '${host}' of repository ${repo} could not be looked up (${why}): check the cluster's DNS`;
  return `the host '${host}' of repository ${repo} is not known to DNS: correct the URL or check the cluster's DNS`;
}

/** One sentence for people from what git wrote to standard error. */
export function explainGit(stderr: string, { endpoint, ssh }: Facts): string {
  const { url, access } = endpoint;
  const names = {
    repo: url.shown,
    host: url.host,
    credentials: credentialsIn(access),
    trustIt:
      access.ca === undefined
        ? 'mount the certificate of its authority and name the file in SSL_CERT_FILE'
        : "put the certificate of its authority into the Secret's ca.crt",
    knownHosts: access.ssh === undefined ? 'known_hosts' : 'the known_hosts of the Secret',
    keys: access.ssh === undefined ? aboutKeys(ssh) : OWN_KEY,
  };
  for (const [pattern, sentence] of RULES) {
    const match = pattern.exec(stderr);
    if (match) return sentence({ ...names, found: clean(match[1] ?? '') });
  }
  return `repository ${url.shown} could not be read: ${lastLine(stderr)}`;
}

function credentialsIn({ basic, bearer }: GitAccess): string | undefined {
  if (basic !== undefined) return 'user name and password';
  return bearer === undefined ? undefined : 'the token';
}

const OWN_KEY = 'it refuses the SSH key of the Secret; add its public part there as a deploy key';

function aboutKeys({ keys, unreadable }: Facts['ssh']): string {
  if (unreadable.length > 0)
    return `the operator must not read ${unreadable.join(', ')}; correct the mode of the mount`;
  return keys === 0
    ? 'no SSH key is mounted; mount one as /etc/fluxd/ssh/identity'
    : 'it refuses the mounted SSH key; add its public part there as a deploy key';
}

/** Nothing answers at the address, and it did not take long to see that. */
export function isUnreachable({ stderr, timedOut = false }: { stderr: string; timedOut?: boolean }): boolean {
  return !timedOut && UNREACHABLE.test(stderr);
}

/** The last line that git itself wrote; what the server wrote may be anything. */
export function lastLine(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const own = lines.findLast((line) => /^(fatal|error):/.test(line)) ?? lines.findLast((line) => line !== '');
  return clean(own ?? '').replace(/^(fatal|error): /, '') || 'git gave no reason';
}

/** Text of others: bounded, on one line, without secrets. */
export function clean(text: string): string {
  return redactText(text)
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, 300);
}
