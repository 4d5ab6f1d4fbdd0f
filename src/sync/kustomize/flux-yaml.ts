import { isMap, type ValuesMap } from '../../values/merge.ts';
import { documentsIn } from './documents.ts';
import { RefusedError } from './refused.ts';

/** What a `.flux.yaml` of Flux v1 asks for, as far as it is done here. */
export interface FluxConfig {
  readonly generators: readonly Generator[];
  /** From the folder that the commands run in. */
  readonly patchFile?: string;
}

/** One `kustomize build`. */
export interface Generator {
  /** What is built, from the folder that the command runs in. */
  readonly folder: string;
  /** Where the command stands. */
  readonly field: string;
}

const MAX_GENERATORS = 20;

/** Flags that may be there and change nothing: every file of the repository may be read, and order is decided when applying. */
const FLAGS: Readonly<Record<string, RegExp>> = {
  '--load_restrictor': /^(?:none|rootOnly|LoadRestrictionsNone|LoadRestrictionsRootOnly)$/,
  '--load-restrictor': /^(?:none|rootOnly|LoadRestrictionsNone|LoadRestrictionsRootOnly)$/,
  '--reorder': /^(?:none|legacy)$/,
};

/** Throws a RefusedError for whatever is not done here, and quotes the command. */
export function parseFluxYaml(bytes: Uint8Array): FluxConfig {
  const [config, ...more] = documentsIn(bytes);
  if (!isMap(config) || more.length > 0) throw new RefusedError('must hold one map');
  if (config['version'] !== 1) throw new RefusedError('must be 1', { field: 'version' });
  const { commandUpdated, patchUpdated } = config;
  const unknown = Object.keys(config).find(
    (key) => !['version', 'commandUpdated', 'patchUpdated'].includes(key),
  );
  if (unknown !== undefined) {
    throw new RefusedError('is not done here: what is done is commandUpdated or patchUpdated', {
      field: unknown.slice(0, 100),
    });
  }
  if (isMap(commandUpdated) === isMap(patchUpdated)) {
    throw new RefusedError('must hold either commandUpdated or patchUpdated');
  }
  if (isMap(commandUpdated)) {
    checkFields(commandUpdated, 'commandUpdated', ['generators', 'updaters']);
    return { generators: generatorsIn(commandUpdated, 'commandUpdated') };
  }
  const patched = patchUpdated as ValuesMap;
  checkFields(patched, 'patchUpdated', ['generators', 'patchFile']);
  const { patchFile } = patched;
  if (typeof patchFile !== 'string' || patchFile === '') {
    throw new RefusedError('must name a file', { field: 'patchUpdated.patchFile' });
  }
  return { generators: generatorsIn(patched, 'patchUpdated'), patchFile };
}

function checkFields(map: ValuesMap, at: string, known: readonly string[]): void {
  const unknown = Object.keys(map).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new RefusedError(`is no field of it: those are ${known.join(' and ')}`, {
    field: `${at}.${unknown.slice(0, 100)}`,
  });
}

function generatorsIn({ generators }: ValuesMap, at: string): readonly Generator[] {
  const field = `${at}.generators`;
  if (!Array.isArray(generators) || generators.length === 0) {
    throw new RefusedError('must be a list of commands', { field });
  }
  if (generators.length > MAX_GENERATORS) {
    throw new RefusedError(`holds more than ${String(MAX_GENERATORS)} commands`, { field });
  }
  return generators.map((generator: unknown, index) => {
    const place = `${field}[${String(index)}].command`;
    const command = isMap(generator) ? generator['command'] : undefined;
    if (typeof command !== 'string') throw new RefusedError('must be a command', { field: place });
    return { folder: folderOf(command, place), field: place };
  });
}

/** Flux v1 gave the command to a shell: what only a shell understands is not understood here. */
function folderOf(command: string, field: string): string {
  const refuse = (): RefusedError =>
    new RefusedError(
      `'${command
        .replace(/\p{Cc}+/gu, ' ')
        .trim()
        .slice(
          0,
          200,
        )}' is not run: the only command is kustomize build [FOLDER], with --load-restrictor or --reorder`,
      { field },
    );
  const words = command.trim().split(/[ \t]+/);
  if (words.some((word) => !/^[\w./=-]+$/.test(word)) || words[0] !== 'kustomize' || words[1] !== 'build') {
    throw refuse();
  }
  const folders: string[] = [];
  for (let at = 2; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) {
      folders.push(word);
      continue;
    }
    const [flag = '', given] = word.split(/=(.*)/s);
    const value = given ?? words[(at += 1)] ?? '';
    const allowed = Object.hasOwn(FLAGS, flag) ? FLAGS[flag] : undefined;
    if (allowed?.test(value) !== true) throw refuse();
  }
  if (folders.length > 1) throw refuse();
  return folders[0] ?? '.';
}
