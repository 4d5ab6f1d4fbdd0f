import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's cache folder of this project (XDG base directories). */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'];
  // The specification says that a relative path is to be ignored.
  const root = base?.startsWith('/') === true ? base : join(env['HOME'] ?? homedir(), '.cache');
  return join(root, 'helm-release-operator');
}

/** Where a program of one version lies in the cache. Whole if it is there: it gets its name by rename. */
export function cachedPath(cache: string, name: string, version: string): string {
  return join(cache, 'tools', name, version, name);
}
