import { StorageError } from '../../../../../src/helm/storage/codec.ts';
import type { HelmStatus } from '../../../../../src/helm/storage/helm-status.ts';
import { parseMarks } from '../../../../../src/helm/storage/marks.ts';
import type { RevisionRecord } from '../../../../../src/helm/storage/revision.ts';
import type { Storage } from '../../../../../src/helm/storage/storage.ts';
import type { StoredRelease } from '../../../../../src/helm/storage/stored-release.ts';
import type { Effects, Lifetime } from './lifetime.ts';

export type Labels = Readonly<Record<string, string | undefined>>;

/** One revision as Helm keeps it. */
export interface Stored {
  readonly release: string;
  readonly revision: number;
  readonly uid: string;
  readonly labels: Labels;
  /** What it consists of: tells whether its objects can become ready. */
  readonly content: string;
  readonly status: HelmStatus;
  readonly writtenAtMs: number;
  /** How its one test ended; empty if it was never run. */
  readonly tested: string;
}

/** Helm's Secrets, as helm and the operator write them. */
export interface HelmStorage {
  readonly all: (release: string) => readonly Stored[];
  readonly newest: (release: string) => Stored | undefined;
  readonly find: (uid: string) => Stored | undefined;
  readonly records: (release: string) => readonly RevisionRecord[];
  readonly add: (release: string, status: HelmStatus, content: string, labels: Labels) => Stored;
  readonly change: (of: Stored, change: Partial<Pick<Stored, 'status' | 'labels' | 'tested'>>) => void;
  readonly remove: (release: string, keep?: (stored: Stored) => boolean) => void;
  /** As the operator reaches it. */
  readonly port: (lifetime: () => Lifetime, effects: Effects) => Storage;
}

const NAMESPACE = 'shop';

export function createHelmStorage(nowMs: () => number): HelmStorage {
  let revisions: readonly Stored[] = [];
  let made = 0;
  const all = (release: string): readonly Stored[] =>
    revisions.filter((each) => each.release === release).toSorted((a, b) => a.revision - b.revision);
  const newest = (release: string): Stored | undefined => all(release).at(-1);
  const records = (release: string): readonly RevisionRecord[] => all(release).map(recordOf);
  const change: HelmStorage['change'] = ({ uid }, changed) => {
    revisions = revisions.map((each) =>
      each.uid === uid ? { ...each, ...changed, ...(changed.labels ? {} : { writtenAtMs: nowMs() }) } : each,
    );
  };
  const existing = (release: string, revision: number): Stored => {
    const found = all(release).find((each) => each.revision === revision);
    if (found === undefined) throw new StorageError(`revision ${revision} is gone`);
    return found;
  };
  return {
    all,
    newest,
    find: (uid) => revisions.find((each) => each.uid === uid),
    records,
    change,
    add: (release, status, content, labels) => {
      const revision = (newest(release)?.revision ?? 0) + 1;
      const uid = `revision-${++made}`;
      const stored = { release, revision, uid, labels, content, status, writtenAtMs: nowMs(), tested: '' };
      revisions = [...revisions, stored];
      return stored;
    },
    remove: (release, keep = () => false) => {
      revisions = revisions.filter((each) => each.release !== release || keep(each));
    },
    port: (lifetime, effects) => {
      const write = (what: string): void => {
        lifetime().effect();
        effects.push(what);
      };
      return {
        list: (_namespace, release) => Promise.resolve(records(release)),
        read: (_namespace, release, revision) => {
          const found = all(release).find((each) => each.revision === revision);
          return Promise.resolve(found === undefined ? undefined : releaseOf(found));
        },
        applyMethod: () => Promise.resolve(undefined),
        purge: () => Promise.resolve(),
        mark: async (_namespace, release, revision, { status }) => {
          const stored = await Promise.resolve(existing(release, revision));
          if (stored.status === status) return;
          write(`mark ${revision} ${status}`);
          change(stored, { status });
        },
        label: async (_namespace, release, revision, labels) => {
          const stored = await Promise.resolve(existing(release, revision));
          write(`label ${revision}`);
          change(stored, { labels: { ...stored.labels, ...labels } });
        },
      };
    },
  };
}

/** With a test, and nothing else that anybody looks at. */
function releaseOf({ release, revision, status, tested }: Stored): StoredRelease {
  return {
    name: release,
    namespace: NAMESPACE,
    version: revision,
    info: { status, description: '', firstDeployed: '', lastDeployed: '' },
    chart: { metadata: {}, values: {}, templates: [] },
    config: {},
    configText: '{}',
    manifest: '',
    hooks: [
      {
        name: 'test',
        kind: 'Pod',
        path: '',
        manifest: '',
        events: ['test'],
        lastRun: { startedAt: tested === '' ? '' : '2026-01-01T00:00:00Z', phase: tested },
      },
    ],
    applyMethod: 'client',
  };
}

function recordOf({ release, revision, uid, labels, status, writtenAtMs }: Stored): RevisionRecord {
  const known = Object.entries(labels).filter((each): each is [string, string] => each[1] !== undefined);
  return {
    namespace: NAMESPACE,
    name: release,
    revision,
    status,
    modifiedAtMs: writtenAtMs,
    marks: parseMarks(Object.fromEntries(known)),
    resourceVersion: String(writtenAtMs),
    uid,
    secretName: `sh.helm.release.v1.${release}.v${revision}`,
  };
}
