import { createHash } from 'node:crypto';
import { InvalidSpecError } from '../../../../src/api/errors.ts';
import type { CommitFile } from '../../../../src/git/files.ts';
import { createParser, type Parser } from '../../../../src/sync/build/parser.ts';
import type { BuildPorts, BuiltUnit, UnitResult } from '../../../../src/sync/build/ports.ts';

export type Files = Readonly<Record<string, string | Buffer>>;

export interface Repository extends BuildPorts {
  /** Paths of the files whose bytes were asked for, in order. */
  readonly reads: string[];
  readonly units: BuiltUnit[];
}

export function configMap(name: string, more = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${more}`;
}

export function filesOf(files: Files): readonly CommitFile[] {
  return Object.entries(files)
    .map(([path, content]) => ({
      path,
      blob: createHash('sha1').update(content).digest('hex'),
      size: Buffer.byteLength(content),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A commit that holds these files; `built` is what kustomize makes of a folder. */
export function repositoryOf(
  files: Files,
  built: (unit: BuiltUnit) => string | UnitResult = () => '',
  parser: Parser = createParser(),
): Repository {
  const all = filesOf(files);
  const reads: string[] = [];
  const units: BuiltUnit[] = [];
  const isBelow = (file: string, path: string): boolean => path === '' || file.startsWith(`${path}/`);
  return {
    reads,
    units,
    parser,
    files: (path) => {
      const found = all.filter((file) => isBelow(file.path, path));
      return found.length > 0
        ? Promise.resolve(found)
        : Promise.reject(new InvalidSpecError(`no folder '${path}'`));
    },
    read: async function* (wanted) {
      for (const file of wanted) {
        reads.push(file.path);
        yield await Promise.resolve({ file, bytes: Buffer.from(files[file.path] ?? '') });
      }
    },
    lookup: (paths) => Promise.resolve(paths.map((path) => ({ kind: path in files ? 'file' : 'missing' }))),
    kustomize: (unit) => {
      units.push(unit);
      const result = built(unit);
      return Promise.resolve(
        typeof result === 'string' ? { kind: 'ok', bytes: Buffer.from(result), files: 1 } : result,
      );
    },
  };
}
