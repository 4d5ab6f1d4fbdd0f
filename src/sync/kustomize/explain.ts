import type { RunResult } from '../../process/run.ts';

export interface Origin {
  /** Paths of the lay-out, which mean nothing to anybody. */
  readonly roots: readonly string[];
  readonly meaning: ReadonlyMap<string, string>;
}

const MAX_LENGTH = 600;

/** Why kustomize made nothing, in its own words as Git's paths have it. */
export function explain(result: Exclude<RunResult, { kind: 'done' }>, origin: Origin): string {
  if (result.kind === 'not-started') return `kustomize could not be started: ${result.why}`;
  const said = result.exitCode === undefined ? '' : ownWords(result.stderr, origin);
  return said === '' ? `kustomize ${result.why}` : `kustomize: ${said}`;
}

function ownWords(stderr: string, { roots, meaning }: Origin): string {
  let text = stderr
    .split('\n')
    .filter((line) => !line.startsWith('# Warning:') && line.trim() !== '')
    .join(' ')
    .replace(/^Error: /, '');
  for (const root of [...roots].sort((a, b) => b.length - a.length)) {
    text = text.replaceAll(`${root}/repository/`, '').replaceAll(`${root}/repository`, 'the repository');
    text = text.replaceAll(`${root}/`, '').replaceAll(root, '');
  }
  for (const [name, what] of meaning) {
    const path = new RegExp(`(?<![\\w/.-])(?:\\.{1,2}/)*${name.replaceAll('.', '\\.')}(?![\\w.-])`, 'g');
    text = text.replace(path, () => what);
  }
  const clean = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}
