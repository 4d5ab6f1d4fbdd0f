import { InvalidSpecError } from '../api/errors.ts';
import { type AddressCheck, createAddressCheck } from '../net/addresses.ts';
import { createHostLookup, type HostLookup } from '../net/lookup.ts';
import type { Run } from '../process/run.ts';
import type { WorkDir } from '../process/work-dir.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createAddressGuard } from './addresses.ts';
import type { CommitObject } from './commit-object.ts';
import { createGitEnvironment } from './environment.ts';
import { clean } from './explain.ts';
import { writeFiles } from './export.ts';
import { type CommitFile, type FileContent, filesBelow, type Found, readInPortions } from './files.ts';
import { HISTORY_DEPTH, lastChanges, type Range } from './history.ts';
import { type Limits, listFiles, type Listing } from './listing.ts';
import { createLocalGit } from './local.ts';
import { lookUp } from './lookup.ts';
import { createMemo } from './memo.ts';
import { createMirrors, type Source } from './mirrors.ts';
import { readBlobs } from './objects.ts';
import { normalizePath } from './paths.ts';
import { readCommit, readTag } from './read-commit.ts';
import type { Refs } from './ref-list.ts';
import { isFullId } from './ref.ts';
import { endpointOf, type GitRemote } from './remote.ts';
import { createRepository, type Repository } from './repository.ts';
import { type Fresh, resolveRef } from './resolve.ts';
import { defaultSshPlaces, type SshPlaces } from './ssh-files.ts';
import type { TagObject } from './tag-object.ts';
import { createTransport } from './transport.ts';
import { type Place, treeAt } from './tree.ts';

export interface GitOptions {
  readonly run: Run;
  readonly workDir: WorkDir;
  readonly log: Logger;
  readonly clock: Clock;
  /** For each command that talks to a server. */
  readonly timeoutMs: number;
  /** The operator's environment; git gets few of its variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where an administrator mounts .ssh, .gitconfig and .netrc. */
  readonly home: string;
  readonly ssh?: SshPlaces;
  readonly checkAddress?: AddressCheck;
  readonly lookup?: HostLookup;
  /** Mirrors that nobody used for so long are deleted. */
  readonly idleMs?: number;
  readonly maxMirrors?: number;
  /** On disk, all mirrors together. */
  readonly maxBytes?: number;
  /** On disk, one mirror. */
  readonly maxMirrorBytes?: number;
}

export interface Resolved {
  readonly commit: string;
  /** Read over plain http. */
  readonly insecure: boolean;
}

/** What a folder of a commit consists of: equal identities mean equal bytes. */
export interface Identity {
  readonly tree: string;
  /** Objects elsewhere in the repository that links of the folder lead to. */
  readonly linked: readonly string[];
}

export interface Exported extends Identity {
  readonly files: number;
  readonly bytes: number;
}

/** Git repositories somewhere, read by the git program. Every caller of the same thing shares one request. */
export interface Git {
  refs(remote: GitRemote, options: Fresh): Promise<Refs>;
  /** What a branch, a tag or an id means now; '' and 'HEAD' mean the default branch. */
  resolve(remote: GitRemote, ref: string, options: Fresh): Promise<Resolved>;
  fetchCommit(remote: GitRemote, commit: string, signal: AbortSignal): Promise<void>;
  /** The id of the tree at a path, fetching the commit if need be. Links on the way are followed. */
  treeOf(remote: GitRemote, commit: string, path: string, signal: AbortSignal): Promise<string>;
  identityOf(remote: GitRemote, commit: string, path: string, options: Bounded): Promise<Identity>;
  /** Writes the regular files of a path into `into`, an empty folder; links inside the repository become copies. */
  export(remote: GitRemote, commit: string, path: string, into: string, options: Bounded): Promise<Exported>;
  /**
   * The regular files below a folder, sorted by path. Links inside the repository are followed; throws for one that leads out of it
   * or to nothing, for a folder that is not there, and for too many files.
   */
  files(remote: GitRemote, commit: string, path: string, signal: AbortSignal): Promise<readonly CommitFile[]>;
  /** The contents of files, in their order and never all in memory; throws for one that is too large, and for too much. */
  read(
    remote: GitRemote,
    commit: string,
    files: readonly CommitFile[],
    signal: AbortSignal,
  ): AsyncIterable<FileContent>;
  /** What stands at paths from the root, in their order. */
  lookup(
    remote: GitRemote,
    commit: string,
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Found[]>;
  commit(remote: GitRemote, commit: string, signal: AbortSignal): Promise<CommitObject>;
  /** An annotated tag by its own id, which is not that of its commit. */
  tag(remote: GitRemote, id: string, signal: AbortSignal): Promise<TagObject>;
  /** By path, the newest commit after `from` that changed the file, as far as the last 200 commits tell. */
  changes(remote: GitRemote, range: Range, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Deletes unused mirrors; done by itself every few minutes. */
  sweep(): Promise<void>;
  stats(): { readonly mirrors: number; readonly bytes: number };
  close(): Promise<void>;
}

export interface Bounded {
  readonly limits: Limits;
  readonly signal: AbortSignal;
}

const HOUR_MS = 3_600_000;
const MAX_TREES = 5_000;
/** Each names up to all files of 200 commits, and is asked for within the minutes after a push. */
const MAX_CHANGES = 20;
const SWEEP_EVERY_MS = 300_000;

export async function createGit(options: GitOptions): Promise<Git> {
  const { run, workDir, log, clock, timeoutMs, env, home } = options;
  const { ssh = defaultSshPlaces(home), checkAddress = createAddressCheck() } = options;
  const guard = createAddressGuard(checkAddress, options.lookup ?? createHostLookup({ clock }));
  const environment = await createGitEnvironment({
    ...{ env, ssh: { ...ssh, home }, workDir, timeoutMs, guard, run },
  });
  const local = createLocalGit({ run, env: environment.local, cwd: workDir.path });
  const repositories = { local, workDir, maxBytes: options.maxMirrorBytes ?? 2e9 };
  const mirrors = createMirrors({
    connect: createTransport({ run, environment, workDir, timeoutMs }),
    create: (format, signal) => createRepository(repositories, format, signal),
    clock,
    log,
    idleMs: options.idleMs ?? HOUR_MS,
    maxMirrors: options.maxMirrors ?? 1_000,
    maxBytes: options.maxBytes ?? 10e9,
  });
  const trees = createMemo<string>(MAX_TREES);
  const changes = createMemo<ReadonlyMap<string, string>>(MAX_CHANGES);
  const sweeper = setInterval(() => void mirrors.sweep(), SWEEP_EVERY_MS).unref();
  const sourceOf = (remote: GitRemote): Source => mirrors.of(endpointOf(remote));

  /** A repository that holds the commit; `shown` names it in messages. */
  function withCommit<T>(
    remote: GitRemote,
    commit: string,
    signal: AbortSignal,
    work: (at: {
      readonly repository: Repository;
      readonly commit: string;
      readonly shown: string;
    }) => Promise<T>,
  ): Promise<T> {
    const { mirror, endpoint } = sourceOf(remote);
    if (!isFullId(commit)) throw new InvalidSpecError(`'${clean(commit)}' is not the full id of a commit`);
    return mirror.withCommit(commit, signal, (repository) =>
      work({ repository, commit, shown: endpoint.url.shown }),
    );
  }

  function atPlace<T>(
    remote: GitRemote,
    commit: string,
    path: string,
    signal: AbortSignal,
    work: (place: Place) => Promise<T>,
    purpose: Place['purpose'] = 'chart',
  ): Promise<T> {
    const normal = normalizePath(path);
    return withCommit(remote, commit, signal, (at) => work({ ...at, path: normal, purpose }));
  }

  async function list(place: Place, { limits, signal }: Bounded): Promise<Listing> {
    return listFiles(local, place, await treeAt(local, place, signal), limits, signal);
  }

  return {
    refs: async (remote, { maxAgeMs, signal }) => sourceOf(remote).refs.get(maxAgeMs, signal),
    resolve: async (remote, ref, fresh) => {
      const source = sourceOf(remote);
      return { commit: await resolveRef(source, ref, fresh), insecure: source.endpoint.insecure };
    },
    fetchCommit: async (remote, commit, signal) =>
      withCommit(remote, commit, signal, () => Promise.resolve()),
    treeOf: async (remote, commit, path, signal) => {
      const key = JSON.stringify([endpointOf(remote).key, commit, path]);
      return trees.get(key, signal, (shared) =>
        atPlace(remote, commit, path, shared, (place) => treeAt(local, place, shared)),
      );
    },
    identityOf: async (remote, commit, path, bounded) =>
      atPlace(remote, commit, path, bounded.signal, async (place) => {
        const { tree, linked } = await list(place, bounded);
        return { tree, linked };
      }),
    export: async (remote, commit, path, into, bounded) =>
      atPlace(remote, commit, path, bounded.signal, async (place) => {
        const { tree, linked, files } = await list(place, bounded);
        await writeFiles(local, place.repository, files, into, bounded.signal);
        return { tree, linked, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
      }),
    files: async (remote, commit, path, signal) =>
      atPlace(remote, commit, path, signal, (place) => filesBelow(local, place, signal), 'manifests'),
    read: async function* (remote, commit, files, signal) {
      const { shown } = endpointOf(remote).url;
      yield* readInPortions(files, `in commit ${commit.slice(0, 12)} of repository ${shown}`, (blobs) =>
        withCommit(remote, commit, signal, ({ repository }) => readBlobs(local, repository, blobs, signal)),
      );
    },
    lookup: async (remote, commit, paths, signal) =>
      withCommit(remote, commit, signal, (at) => lookUp(local, at, paths, signal)),
    commit: async (remote, commit, signal) =>
      withCommit(remote, commit, signal, (at) => readCommit(local, at, signal)),
    tag: async (remote, id, signal) => withCommit(remote, id, signal, (at) => readTag(local, at, signal)),
    changes: async (remote, range, signal) => {
      const { mirror, endpoint } = sourceOf(remote);
      const wanted = { commit: range.to, depth: HISTORY_DEPTH };
      const key = JSON.stringify([endpoint.key, range.from, range.to]);
      return changes.get(key, signal, (shared) =>
        mirror.withHistory(wanted, shared, (repository) => lastChanges(local, repository, range, shared)),
      );
    },
    sweep: () => mirrors.sweep(),
    stats: () => ({ mirrors: mirrors.count, bytes: mirrors.bytes }),
    close: async () => {
      clearInterval(sweeper);
      await mirrors.close();
    },
  };
}
