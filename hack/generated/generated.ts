import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

/** Contents by their path in the repository. */
export type Files = ReadonlyMap<string, string>;

export interface Generator {
  readonly files: Files;
  /** How a person runs it. */
  readonly command: string;
  /** What it makes the files from, with a verb: `the schema in src/api says`. */
  readonly origin: string;
}

const ROOT = join(import.meta.dirname, '..', '..');

/** Writes what is not as it should be; with `--check` only says so, and ends with 1. `--root` is for tests. */
export async function runGenerator({ files, command, origin }: Generator): Promise<void> {
  const { values } = parseArgs({
    options: { check: { type: 'boolean', default: false }, root: { type: 'string', default: ROOT } },
  });
  for (const file of await staleFiles(values.root, files)) {
    if (values.check) {
      console.error(`${file} is not what ${origin}: run \`${command}\` and commit the result`);
      process.exitCode = 1;
    } else {
      await mkdir(dirname(join(values.root, file)), { recursive: true });
      await writeFile(join(values.root, file), files.get(file) ?? '');
      console.log(`wrote ${file}`);
    }
  }
}

/** Those that are not in `root` as they should be. */
async function staleFiles(root: string, files: Files): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const [file, content] of files) {
    if ((await textOf(join(root, file))) !== content) stale.push(file);
  }
  return stale;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
