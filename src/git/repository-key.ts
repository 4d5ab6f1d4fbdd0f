import { posix } from 'node:path';
import { type GitUrl, parseGitUrl } from './url.ts';

/** Names by which the hosts of many serve ssh where only the port of https is open. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['ssh.github.com', 'github.com'],
  ['altssh.gitlab.com', 'gitlab.com'],
  ['altssh.bitbucket.org', 'bitbucket.org'],
]);

/**
 * What the spellings of one repository's address have in common, as `host/path`, so that a webhook finds those who read it: scheme,
 * user, port, `.git` and case do not count. Two repositories may have the same, which costs no more than one look too many.
 * Undefined if it is no address of a repository.
 */
export function repositoryKey(url: string): string | undefined {
  const parsed = parsedOrNot(url);
  if (parsed === undefined) return undefined;
  const host = parsed.host.toLowerCase().replace(/\.$/, '');
  const path = decoded(pathOf(parsed)).toLowerCase();
  const segments = posix
    .normalize(`/${path}`)
    .split('/')
    .filter((segment) => segment !== '');
  const last = segments.pop()?.replace(/\.git$/, '');
  if (last === undefined) return undefined;
  if (last !== '') segments.push(last);
  if (segments.length === 0) return undefined;
  return ofAzure(host, segments) ?? [OTHER_NAMES.get(host) ?? host, ...withoutScm(segments)].join('/');
}

function parsedOrNot(url: string): GitUrl | undefined {
  try {
    return parseGitUrl(url);
  } catch {
    return undefined;
  }
}

function pathOf({ kind, address }: GitUrl): string {
  if (kind !== 'ssh') return new URL(address).pathname;
  const [, path = ''] =
    /^ssh:\/\/[^/]*(\/.*)$/.exec(address) ?? /^(?:[^@:/]+@)?(?:\[[^\]]*\]|[^:]*):(.*)$/.exec(address) ?? [];
  return path;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Bitbucket Server has `/scm/` before project and repository over https, maybe below a path of its own, and not over ssh. */
function withoutScm(segments: readonly string[]): readonly string[] {
  return segments.at(-3) === 'scm' ? segments.slice(-2) : segments;
}

/**
 * `dev.azure.com/org/project/_git/repository`, the same at `org.visualstudio.com`, and `v3/org/project/repository` over ssh. A
 * repository with the name of its project needs no project in the first two.
 */
function ofAzure(host: string, segments: readonly string[]): string | undefined {
  if (host === 'ssh.dev.azure.com' || host === 'vs-ssh.visualstudio.com') {
    return segments.length === 4 && segments[0] === 'v3' ? azureKey(segments.slice(1)) : undefined;
  }
  const [, org] = /^([^.]+)\.visualstudio\.com$/.exec(host) ?? [];
  if (host !== 'dev.azure.com' && org === undefined) return undefined;
  const all = org === undefined ? segments : [org, ...segments.filter((one) => one !== 'defaultcollection')];
  const before = all.slice(0, all.indexOf('_git'));
  const repository = all.at(-1) ?? '';
  const isOne = all.at(-2) === '_git' && (before.length === 1 || before.length === 2);
  return isOne ? azureKey([before[0] ?? '', before[1] ?? repository, repository]) : undefined;
}

function azureKey(segments: readonly string[]): string {
  return ['dev.azure.com', ...segments].join('/');
}
