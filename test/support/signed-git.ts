import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { git } from '../../hack/testenv/git-repos.ts';
import { makeKey } from './sshd.ts';

/** Makes an armoured signature over what a commit or tag holds. */
export type Sign = (payload: string) => Promise<string>;

export interface SshSigner {
  readonly publicKey: string;
  readonly sign: Sign;
  /** For something else than git. */
  readonly signFor: (namespace: string) => Sign;
}

/** A key of its own, as `git commit -S` uses it with `gpg.format=ssh`. */
export async function sshSigner(dir: string, name: string): Promise<SshSigner> {
  const file = join(dir, `${name}_key`);
  const { publicLine } = await makeKey(file);
  const signFor =
    (namespace: string): Sign =>
    async (payload) => {
      const child = spawn('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', file]);
      child.stdin.end(payload);
      const [signature] = await Promise.all([text(child.stdout), once(child, 'close')]);
      if (child.exitCode !== 0) throw new Error(`ssh-keygen cannot sign with ${file}`);
      return signature;
    };
  return { publicKey: `${publicLine.trim()} ${name}\n`, sign: signFor('git'), signFor };
}

/** Puts the signed commit in the place of a commit, on its branch, and gives its id. */
export async function signCommit(repo: string, commit: string, sign: Sign, branch = 'main'): Promise<string> {
  const raw = await git(['cat-file', 'commit', commit], repo);
  const signed = withSignature(raw, await sign(raw));
  const id = await write(repo, 'commit', signed);
  await git(['update-ref', `refs/heads/${branch}`, id], repo);
  return id;
}

/** The commit with the signature in its headers, as git folds it. */
export function withSignature(raw: string, signature: string): string {
  const end = raw.indexOf('\n\n');
  return `${raw.slice(0, end)}\ngpgsig ${signature.trimEnd().replaceAll('\n', '\n ')}${raw.slice(end)}`;
}

/** An annotated tag that stands under its name, or under another one; gives its id. */
export async function signTag(
  repo: string,
  {
    name,
    under = name,
    object,
    type = 'commit',
  }: { name: string; under?: string; object: string; type?: string },
  sign: Sign,
): Promise<string> {
  const raw = `object ${object}\ntype ${type}\ntag ${name}\ntagger Ada <ada@example.com> 1767268800 +0000\n\nRelease\n`;
  const id = await write(repo, 'tag', `${raw}${await sign(raw)}`);
  await git(['update-ref', `refs/tags/${under}`, id], repo);
  return id;
}

export async function write(repo: string, type: 'commit' | 'tag', raw: string): Promise<string> {
  return (await git(['hash-object', '-t', type, '-w', '--stdin'], repo, raw)).trim();
}
