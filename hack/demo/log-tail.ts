import { readFile } from 'node:fs/promises';

const LINES = 15;

/** The last lines of a log; the log itself goes with the demo. Empty if there is none. */
export async function logTail(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-LINES).join('\n');
}
