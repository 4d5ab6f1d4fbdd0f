import type { CommitFile } from '../../git/files.ts';
import type { Fault } from '../document.ts';
import type { ParsedFile } from './documents.ts';
import { ignoredBelow } from './ignored-below.ts';
import { fluxConfigsOf, type Plan, planBuild, type Unit } from './plan.ts';
import type { BuildPorts } from './ports.ts';

/** What one file holds, or what a folder was built to; `path` is then the file that says so. */
export interface Part {
  readonly path: string;
  readonly parsed: ParsedFile;
}

/** What to do for a path, which a `.flux.yaml` governs as a whole. */
export async function planPath(path: string, { files, lookup, read }: BuildPorts): Promise<Plan | Fault> {
  const configs = fluxConfigsOf(path);
  const found = await lookup(configs);
  const config = configs.find((_, at) => found[at]?.kind === 'file');
  if (config !== undefined) return { units: [{ kind: 'flux', folder: path, config }], ignored: 0 };
  const listed = await files(path);
  const isIgnored = await ignoredBelow(listed, read);
  return typeof isIgnored === 'function' ? planBuild(path, listed, isIgnored) : isIgnored;
}

export async function* partsOf(unit: Unit, ports: BuildPorts, signal: AbortSignal): AsyncGenerator<Part> {
  if (unit.kind === 'files') {
    for await (const { file, parsed } of ports.parser.parse(unit.files, ports.read, signal)) {
      yield { path: file.path, parsed };
    }
    return;
  }
  const path = unit.kind === 'flux' ? unit.config : unit.file;
  const result = await ports.kustomize(
    unit.kind === 'flux' ? unit : { kind: 'kustomize', folder: unit.folder },
    signal,
  );
  if (result.kind === 'failed') {
    yield { path, parsed: { documents: [], faults: [result.fault], skipped: 0 } };
    return;
  }
  const parsed = await ports.parser.parseOne({ path, bytes: result.bytes, governed: true }, signal);
  yield { path, parsed: withoutLines(parsed) };
}

/** The lines of what kustomize wrote are in no file that anybody could open. */
function withoutLines({ documents, faults, skipped }: ParsedFile): ParsedFile {
  return {
    documents: documents.map((document) => ({ ...document, line: 1 })),
    faults: faults.map(({ line: _line, why, ...place }) => ({
      ...place,
      why: `in what it is built to, ${why}`,
    })),
    skipped,
  };
}

const MAX_FILES = 20_000;
const MAX_FILE_BYTES = 5_000_000;
const MAX_BYTES = 250_000_000;

export function tooMuchToRead(units: readonly Unit[]): Fault | undefined {
  const files: readonly CommitFile[] = units.flatMap((unit) => (unit.kind === 'files' ? unit.files : []));
  if (files.length > MAX_FILES) {
    return { why: `there are more than ${String(MAX_FILES)} manifests: give fewer paths to one GitSync` };
  }
  const large = files.find(({ size }) => size > MAX_FILE_BYTES);
  if (large !== undefined) {
    return {
      file: large.path,
      why: 'it is larger than 5 MB: make several files of it, or name it in a .gitsyncignore',
    };
  }
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return bytes > MAX_BYTES
    ? { why: 'the manifests are larger than 250 MB together: give fewer paths to one GitSync' }
    : undefined;
}
