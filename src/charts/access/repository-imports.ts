import { dirname, resolve } from 'node:path';
import { CredentialsError } from '../../api/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Credentials } from '../chart.ts';
import { checkTls, type Tls } from '../http/tls.ts';
import { openMounted, type ReadMounted } from './mounted.ts';
import { isSameRepository, parseRepositoriesYaml, type RepositoryEntry } from './repositories-yaml.ts';

/** How everybody reaches a Helm repository, by the word of the operator's administrator. */
export interface ImportedRepository {
  readonly url: string;
  readonly auth: Credentials | undefined;
  readonly tls: Tls;
  /** Credentials go wherever the index points to. */
  readonly everywhere: boolean;
}

/** The repositories that --helm-repository-import names. */
export interface RepositoryImports {
  /**
   * Undefined for a repository that no file names. If what a file says of it cannot be used, throws a CredentialsError; not for
   * who brings a Secret, whose `scope` is not empty: nobody can help it there.
   */
  readonly find: (url: string, scope?: string) => ImportedRepository | undefined;
  /** What a chart means by `@name` or `alias:name`. */
  readonly urlOf: (name: string) => string | undefined;
  readonly all: () => readonly (ImportedRepository & { readonly name: string })[];
  readonly onChange: (handler: () => void) => void;
  readonly close: () => void;
}

export interface RepositoryImportsOptions {
  /** Of the same repository in several files the first counts. */
  readonly files: readonly string[];
  readonly log: Logger;
  readonly lookEveryMs?: number | undefined;
}

interface Imported extends ImportedRepository {
  readonly name: string;
  readonly fault?: string;
}

type ByFile = ReadonlyMap<string, readonly Imported[]>;

/** A file that is missing or broken is told to the log, and read as soon as it is another one. */
export async function openRepositoryImports(o: RepositoryImportsOptions): Promise<RepositoryImports> {
  const mounted = await openMounted<ByFile>({
    ...o,
    load: async (read, previous) => {
      const found = new Map<string, readonly Imported[]>();
      for (const file of o.files) found.set(file, await readFileOf(file, { read, previous, log: o.log }));
      return found;
    },
  });
  const all = (): readonly Imported[] => [...mounted.current().values()].flat();
  return {
    find: (url, scope = '') => {
      const found = all().find((entry) => isSameRepository(entry.url, url));
      if (found?.fault === undefined) return found;
      if (scope !== '') return undefined;
      throw new CredentialsError(found.fault);
    },
    all,
    urlOf: (name) => all().find((entry) => entry.name === name)?.url,
    onChange: mounted.onChange,
    close: mounted.close,
  };
}

async function readFileOf(
  file: string,
  o: { readonly read: ReadMounted; readonly previous: ByFile | undefined; readonly log: Logger },
): Promise<readonly Imported[]> {
  const text = await o.read(file).catch((caught: unknown) => caught);
  const warn = (caught: unknown): void => {
    const error = `the file ${messageOf(caught)}: it is read again as soon as it is another one`;
    o.log.warn('could not import Helm repositories', { file, error });
  };
  if (typeof text !== 'string') {
    warn(text);
    return [];
  }
  try {
    const entries = parseRepositoriesYaml(text);
    const imported = await Promise.all(entries.map((entry) => importEntry(entry, file, o.read)));
    o.log.info('imported Helm repositories', { file, repositories: imported.length });
    for (const { fault } of imported)
      if (fault !== undefined) o.log.warn('a Helm repository cannot be used', { file, error: fault });
    return imported;
  } catch (caught) {
    warn(caught);
    return o.previous?.get(file) ?? []; // whoever writes it may not have finished
  }
}

async function importEntry(
  { name, url, username, password, ...entry }: RepositoryEntry,
  file: string,
  read: ReadMounted,
): Promise<Imported> {
  const { skipVerify, everywhere } = entry;
  const imported = {
    ...{ name, url, everywhere },
    auth: username === '' && password === '' ? undefined : { username, password },
    tls: {},
  };
  const fault = (why: string): Imported => ({
    ...imported,
    fault: `repository ${JSON.stringify(name)} of ${file} cannot be used: ${why}`,
  });
  const pem = async (field: 'caFile' | 'certFile' | 'keyFile'): Promise<string | undefined> => {
    const path = entry[field];
    if (path === '') return undefined;
    return read(resolve(dirname(file), path)).catch((caught: unknown) => {
      throw new Error(`its ${field} ${path} ${messageOf(caught)}`, { cause: caught });
    });
  };
  try {
    const [ca, cert, key] = [await pem('caFile'), await pem('certFile'), await pem('keyFile')];
    if ((cert === undefined) !== (key === undefined))
      return fault('certFile and keyFile belong together, but one of them is missing');
    const tls: Tls = {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined || key === undefined ? {} : { certificate: { cert, key } }),
      ...(skipVerify ? { skipVerify } : {}),
    };
    const wrong = checkTls(tls, { ca: 'its caFile', certificate: 'its certFile', key: 'its keyFile' });
    return wrong === undefined ? { ...imported, tls } : fault(wrong);
  } catch (caught) {
    return fault(messageOf(caught));
  }
}

function messageOf(caught: unknown): string {
  return caught instanceof Error ? caught.message : 'cannot be read';
}
