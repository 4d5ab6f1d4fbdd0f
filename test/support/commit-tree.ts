import { createHash } from 'node:crypto';
import type { CommitFile, FileContent, Found } from '../../src/git/files.ts';

/** A file, or a link to somewhere. */
export type Node = string | Buffer | { readonly link: string };

/** A commit in memory: what Git's `lookup` and `read` say of it. */
export interface CommitTree {
  readonly lookups: readonly (readonly string[])[];
  lookup(paths: readonly string[]): Promise<readonly Found[]>;
  read(files: readonly CommitFile[]): AsyncIterable<FileContent>;
}

export function commitTree(nodes: Readonly<Record<string, Node>>): CommitTree {
  const lookups: (readonly string[])[] = [];
  const blobs = new Map<string, Buffer>();
  const found = (path: string): Found => {
    const real = follow(nodes, path);
    if (real === 'missing' || real === 'escapes') return { kind: real };
    const content = nodes[real.path];
    if (typeof content === 'string' || Buffer.isBuffer(content)) {
      const bytes = Buffer.from(content);
      const blob = createHash('sha1').update(bytes).digest('hex');
      blobs.set(blob, bytes);
      return { kind: 'file', blob, size: bytes.length, path: real.path };
    }
    return { kind: 'folder', tree: createHash('sha1').update(real.path).digest('hex'), path: real.path };
  };
  return {
    lookups,
    lookup: (paths) => {
      lookups.push(paths);
      return Promise.resolve(paths.map(found));
    },
    read: async function* (files) {
      for (const file of files) {
        yield await Promise.resolve({ file, bytes: blobs.get(file.blob) ?? Buffer.alloc(0) });
      }
    },
  };
}

function follow(
  nodes: Readonly<Record<string, Node>>,
  path: string,
): { readonly path: string } | 'missing' | 'escapes' {
  const left = path.split('/');
  let at: string[] = [];
  for (let links = 0; left.length > 0;) {
    const name = left.shift() ?? '';
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (at.length === 0) return 'escapes';
      at.pop();
      continue;
    }
    at.push(name);
    const here = at.join('/');
    const node = nodes[here];
    if (node !== undefined && typeof node === 'object' && 'link' in node) {
      links += 1;
      if (links > 40) return 'missing';
      if (node.link.startsWith('/')) return 'escapes';
      at = at.slice(0, -1);
      left.unshift(...node.link.split('/'));
    } else if (node === undefined && !Object.keys(nodes).some((key) => key.startsWith(`${here}/`))) {
      return 'missing';
    }
  }
  return { path: at.join('/') };
}
