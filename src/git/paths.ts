import { posix } from 'node:path';
import { InvalidSpecError } from '../api/errors.ts';

/**
 * A path inside a repository in the one form that git knows: no dots, no slash at either end, '' for the root. A leading
 * slash means the root of the repository, as it did in 1.4.4.
 */
export function normalizePath(path: string): string {
  if (/\p{Cc}/u.test(path)) {
    throw new InvalidSpecError(`the path ${JSON.stringify(path.slice(0, 200))} holds a control character`);
  }
  const normal = posix.normalize(`./${path}`).replace(/\/+$/, '');
  if (normal === '..' || normal.startsWith('../')) {
    throw new InvalidSpecError(
      `the path '${path}' leads out of the repository: give one from its root, without '..'`,
    );
  }
  return normal === '.' ? '' : normal;
}
