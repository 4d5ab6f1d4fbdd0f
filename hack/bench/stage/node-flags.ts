import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCKERFILE = join(import.meta.dirname, '../../../Dockerfile');

/** How the image starts Node, so that what is measured is what is shipped. */
export interface NodeStart {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export function nodeStart(): NodeStart {
  return nodeStartIn(readFileSync(DOCKERFILE, 'utf8'));
}

/** Folders are the container's; all else in ENV is how Node works. */
const FOLDERS = ['HOME', 'PATH'];

export function nodeStartIn(dockerfile: string): NodeStart {
  const [, command = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
  const words = JSON.parse(command) as string[];
  const flags = words.slice(words.indexOf('node') + 1, -1);
  if (flags.length === 0) throw new Error('the Dockerfile has no ENTRYPOINT that starts node with flags');
  const pairs = [...dockerfile.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) =>
    [...line.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value] as const),
  );
  return { flags, env: Object.fromEntries(pairs.filter(([name]) => !FOLDERS.includes(name))) };
}

/** In one line, for a report. */
export function describeStart({ flags, env }: NodeStart): string {
  return [...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...flags].join(' ');
}
