import { MirrorDamagedError } from './local.ts';
import type { Repository } from './repository.ts';
import type { RemoteResult } from './transport.ts';

/**
 * A repository on disk that is renewed now and then, which is cheaper, and safer under readers, than collecting garbage.
 * The old one is deleted when its last reader has left.
 */
export interface Held {
  /** True if the repository is known to hold the commit. */
  has(commit: string): boolean;
  add(commit: string): void;
  /** Downloads into the repository, or into a new one that takes its place only when that succeeds. */
  download(
    commit: string,
    signal: AbortSignal,
    fetch: (into: Repository) => Promise<RemoteResult>,
  ): Promise<RemoteResult>;
  /** Undefined when there is no repository yet. */
  use<T>(work: (repository: Repository) => Promise<T>): Promise<T | undefined>;
  /** For a commit that it has(). */
  useFor<T>(commit: string, work: (repository: Repository) => Promise<T>): Promise<T>;
  readonly busy: boolean;
  readonly bytes: number;
  delete(): Promise<void>;
}

interface Copy {
  readonly repository: Repository;
  readonly commits: Set<string>;
  users: number;
  retired: boolean;
}

export function createHeld(
  create: (format: 'sha1' | 'sha256', signal: AbortSignal) => Promise<Repository>,
): Held {
  let current: Copy | undefined;

  async function reading<T>(copy: Copy, work: (repository: Repository) => Promise<T>): Promise<T> {
    copy.users += 1;
    try {
      return await work(copy.repository);
    } catch (error) {
      if (error instanceof MirrorDamagedError) forget(copy);
      throw error;
    } finally {
      copy.users -= 1;
      await deleteUnused(copy);
    }
  }

  function forget(copy: Copy): void {
    copy.retired = true;
    if (current === copy) current = undefined;
  }

  async function deleteUnused(copy: Copy): Promise<void> {
    if (copy.retired && copy.users === 0) await copy.repository.delete();
  }

  return {
    has: (commit) => current?.commits.has(commit) ?? false,
    add: (commit) => current?.commits.add(commit),
    download: async (commit, signal, fetch) => {
      const old = current;
      const renew = old === undefined || old.repository.worn;
      const copy = renew ? newCopy(await create(commit.length === 64 ? 'sha256' : 'sha1', signal)) : old;
      let result: RemoteResult | undefined;
      try {
        result = await reading(copy, fetch);
        return result;
      } finally {
        if (result?.kind === 'ok') {
          copy.commits.add(commit);
          current = copy;
        }
        const leftover = result?.kind === 'ok' ? old : copy;
        if (renew && leftover !== undefined) {
          leftover.retired = true;
          await deleteUnused(leftover);
        }
      }
    },
    use: async (work) => (current === undefined ? undefined : reading(current, work)),
    useFor: (commit, work) => {
      if (!current?.commits.has(commit)) throw new MirrorDamagedError(`commit ${commit} is not at hand`);
      return reading(current, work);
    },
    get busy() {
      return (current?.users ?? 0) > 0;
    },
    get bytes() {
      return current?.repository.bytes ?? 0;
    },
    delete: async () => {
      const copy = current;
      if (copy === undefined) return;
      forget(copy);
      await deleteUnused(copy);
    },
  };
}

function newCopy(repository: Repository): Copy {
  return { repository, commits: new Set(), users: 0, retired: false };
}
