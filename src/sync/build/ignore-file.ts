import ignore from 'ignore';
import type { Fault } from '../document.ts';
import { folderOf } from './chart-folders.ts';

export const IGNORE_FILE = '.gitsyncignore';

/** Tells of a path from the root of the repository whether an ignore file names it, or a folder that it lies in. */
export type Ignored = (path: string) => boolean;

/** Of all the files together: every line may be held against every path. */
const MAX_LINES = 500;
const MAX_LINE = 1_000;

/** More of them in one name could keep the matching busy for ever; one pattern of two is found in time. */
const MAX_WILDCARDS = 2;

/**
 * What `.gitsyncignore` files leave out, read as git reads `.gitignore`: a deeper one wins over one above it, the last line that
 * fits over those before, and nothing comes back out of a folder that is left out.
 */
export function ignoredBy(files: ReadonlyMap<string, string>): Ignored | Fault {
  const rules = ignore({ ignorecase: false });
  let lines = 0;
  // A folder comes before what is in it.
  for (const [file, text] of [...files].sort(([a], [b]) => a.split('/').length - b.split('/').length)) {
    const patterns = text.replace(/^\uFEFF/, '').split(/\r?\n/);
    lines += patterns.filter(isPattern).length;
    if (lines > MAX_LINES) {
      return {
        file,
        why: `there are more than ${String(MAX_LINES)} lines in the files of this name: name folders instead`,
      };
    }
    const bad = patterns.findIndex(isTooMuch);
    if (bad >= 0) {
      return { file, line: bad + 1, why: 'a name may hold two wildcards: write a simpler pattern' };
    }
    rules.add(patterns.filter(isPattern).map((pattern) => fromRoot(folderOf(file), pattern)));
  }
  return lines === 0 ? () => false : (path) => rules.ignores(path);
}

function isPattern(line: string): boolean {
  return !/^!?\/?\s*$/.test(line) && !line.startsWith('#');
}

/** The pattern of a folder as one of the root: all together they are what git makes of them one by one. */
function fromRoot(folder: string, pattern: string): string {
  if (folder === '') return pattern;
  const not = pattern.startsWith('!') ? '!' : '';
  const name = pattern.slice(not.length);
  const literal = folder.replace(/[\\*?[\]]/g, '\\$&');
  const isAnchored = name.slice(0, -1).includes('/');
  return `${not}/${literal}/${isAnchored ? name.replace(/^\//, '') : `**/${name}`}`;
}

function isTooMuch(line: string): boolean {
  if (line.length > MAX_LINE) return true;
  const names = line.split('/');
  const spans = names.filter((name) => /^\*{2,}$/.test(name)).length;
  return (
    spans > MAX_WILDCARDS ||
    names.some((name) => !/^\*{2,}$/.test(name) && (name.match(/\*+/g) ?? []).length > MAX_WILDCARDS)
  );
}
