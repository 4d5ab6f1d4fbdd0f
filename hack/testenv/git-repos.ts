import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** A file's text, a file that may be run, a symlink, a submodule at a commit, or its removal. */
export type FileChange =
  | string
  | Uint8Array
  | { readonly run: string }
  | { readonly link: string }
  | { readonly submodule: string }
  | { readonly removed: true };

/** Nothing of the person's own Git settings gets into a demo or a test. */
export function gitEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    LC_ALL: 'C',
  };
}

/** Where git keeps its own programs, http-backend among them. */
export async function execPath(): Promise<string> {
  return (await git(['--exec-path'], '/')).trim();
}

/** Makes a bare repository that allows pushes, with `main` as its branch, and returns its path. */
export async function createBareRepo(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  await git(['init', '--quiet', '--bare', '--initial-branch=main', '.'], path);
  await git(['config', 'http.receivepack', 'true'], path);
  return path;
}

/** Adds one commit to a branch without a working copy, and returns its id. */
export async function commitFiles(
  repo: string,
  branch: string,
  message: string,
  files: Readonly<Record<string, FileChange>>,
  author = 'Demo <demo@example.invalid>',
): Promise<string> {
  const ref = `refs/heads/${branch}`;
  const exists = (await git(['for-each-ref', '--format=x', ref], repo)) !== '';
  const input = Buffer.concat([
    Buffer.from(`commit ${ref}\nauthor ${author} now\ncommitter Demo <demo@example.invalid> now\n`),
    data(message),
    Buffer.from(exists ? `from ${ref}^0\n` : ''),
    ...Object.entries(files).map(([path, change]) => fileCommand(path, change)),
    Buffer.from('done\n'),
  ]);
  await git(['fast-import', '--quiet', '--date-format=now', '--force', '--done'], repo, input);
  return (await git(['rev-parse', ref], repo)).trim();
}

/** Runs git to its end; for the set-up of demos and tests, so that a failure is an error with git's words. */
export async function git(
  args: readonly string[],
  cwd: string,
  input: string | Buffer = '',
): Promise<string> {
  const child = spawn('git', args, { cwd, env: gitEnvironment(cwd) });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (child.exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${err.trim()}`);
  return out;
}

function fileCommand(path: string, change: FileChange): Buffer {
  if (typeof change === 'string' || change instanceof Uint8Array) return inline('100644', path, change);
  if ('run' in change) return inline('100755', path, change.run);
  if ('link' in change) return inline('120000', path, change.link);
  if ('submodule' in change) return Buffer.from(`M 160000 ${change.submodule} ${path}\n`);
  return Buffer.from(`D ${path}\n`);
}

function inline(mode: string, path: string, content: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`M ${mode} inline ${path}\n`), data(content)]);
}

function data(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`data ${String(bytes.length)}\n`), bytes, Buffer.from('\n')]);
}
