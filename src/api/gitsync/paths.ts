import { InvalidSpecError } from '../errors.ts';
import { MAX_PATHS } from './schema/defaults.ts';

/**
 * The folders of `spec.path` in the one form that git knows: no dots, no slash at either end, the empty string for the
 * root, none twice. The schema of the API server cannot say what a path is, so all of it is checked here.
 */
export function pathsOf(path: unknown): readonly string[] {
  if (path === undefined || path === null) return [''];
  if (typeof path === 'string') return [normalPath(path, 'spec.path')];
  if (!Array.isArray(path)) {
    throw new InvalidSpecError('spec.path is neither a text nor a list of texts: name a folder, or several');
  }
  if (path.length === 0) {
    throw new InvalidSpecError(
      'spec.path is an empty list: name a folder, or remove it for the root of the repository',
    );
  }
  if (path.length > MAX_PATHS) {
    throw new InvalidSpecError(
      `spec.path names ${path.length.toString()} folders, and ${MAX_PATHS.toString()} are allowed: name a folder above them, or divide them among several GitSyncs`,
    );
  }
  return [...new Set(path.map((each: unknown, index) => eachPath(each, `spec.path[${index.toString()}]`)))];
}

function eachPath(path: unknown, field: string): string {
  if (typeof path === 'string') return normalPath(path, field);
  throw new InvalidSpecError(`${field} is no text: name a folder`);
}

function normalPath(path: string, field: string): string {
  const refuse = (what: string, wayOut: string) =>
    new InvalidSpecError(`${field} is ${JSON.stringify(path.slice(0, 200))}, ${what}: ${wayOut}`);
  if (path === '')
    throw refuse('an empty string', 'name a folder, or a point for the root of the repository');
  if (/\p{Cc}/u.test(path)) throw refuse('which holds a control character', 'remove it');
  if (path.startsWith('/')) {
    throw refuse('which begins with a slash', 'name the folder from the root of the repository, without it');
  }
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) {
      throw refuse('which leads out of the repository', "name the folder from its root, without '..'");
    }
  }
  return parts.join('/');
}
