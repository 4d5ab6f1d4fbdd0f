import { posix } from 'node:path';
import { nearest } from './nearest.ts';

const MOST = 5;

/** What to say about a folder that is not there: those that may have been meant, else those beside which it was looked for. */
export function nearestFolders(path: string, files: Iterable<string>): string {
  const folders = foldersOf(files);
  if (folders.size === 0) return 'the repository has no folder';
  const alike = nearest(
    path,
    [...folders].filter((folder) => !path.startsWith(`${folder}/`)),
  );
  if (alike.length > 0) return `did you mean ${alike.map((one) => `'${one}'`).join(' or ')}?`;

  let parent = posix.dirname(path);
  while (parent !== '.' && !folders.has(parent)) parent = posix.dirname(parent);
  const beside = [...folders].filter((folder) => posix.dirname(folder) === parent).sort();
  if (beside.length === 0) return `'${parent}' has no folder in it`;
  const named = beside.slice(0, MOST).map((one) => `'${one}'`);
  const rest = beside.length - named.length;
  const more = rest > 0 ? ` and ${String(rest)} more` : '';
  return `${parent === '.' ? 'the repository' : `'${parent}'`} has the folders ${named.join(', ')}${more}`;
}

function foldersOf(files: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const file of files) {
    if (/\p{Cc}/u.test(file)) continue; // its name is not for people
    let folder = posix.dirname(file);
    while (folder !== '.' && !folders.has(folder)) {
      folders.add(folder);
      folder = posix.dirname(folder);
    }
  }
  return folders;
}
