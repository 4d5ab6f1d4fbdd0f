import type { ObjectKey } from '../../api/metadata.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import { assess } from '../../health/assess.ts';
import { causeOf } from '../../health/cause.ts';
import { combine, READY } from '../../health/health.ts';
import type { Health } from '../../health/health.ts';
import type { ObjectRef } from '../../health/objects.ts';
import { unlessForbidden } from '../../kube/errors.ts';
import type { Resource, Selection } from '../../kube/resource.ts';
import { PODS } from '../../kube/resource-type.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { Changes } from './changes.ts';
import type { ReadPayload } from './payloads.ts';
import { warningsIn } from './warnings.ts';
import { assessedKind, podSelectorOf, REPLICA_SETS } from './workloads.ts';

/** Whether the objects of a release work. */
export interface Readiness {
  /**
   * Reads every object of the revision from the server: the only word that counts right after helm ran. To look for
   * causes costs two more requests for each object that is not ready.
   */
  readonly check: (
    target: ReleaseTarget,
    of: RevisionId,
    signal: AbortSignal,
    depth?: 'causes' | 'states',
  ) => Promise<Health>;
  /**
   * The same right after helm ran, when nearly nothing is ready for no cause but that its controllers have not looked
   * yet: they are given half a second, and what the watches know of costs no request. Looks for no causes.
   */
  readonly settled: (target: ReleaseTarget, of: RevisionId, signal: AbortSignal) => Promise<Health>;
  /** What the watches say of the objects of the revision. Costs one read of its payload in the life of this process. */
  readonly watched: (target: ReleaseTarget, of: RevisionId, signal: AbortSignal) => Promise<Health>;
  /** Whether a watch tells of every object of the revision; else somebody has to look from time to time. */
  readonly isWatched: (target: ReleaseTarget, of: RevisionId, signal: AbortSignal) => Promise<boolean>;
}

/** A revision, and the Secret that it is stored in: numbers are used again after an uninstall. */
export type RevisionId = Pick<RevisionRecord, 'revision' | 'uid'>;

export interface ReadinessPorts {
  readonly readPayload: ReadPayload;
  readonly resourceOf: (type: ResourceType) => Resource<KubeObject>;
  /** The watched object, undefined if there is none; `unwatched` where no watch would see it. */
  readonly find: (type: ResourceType, key: ObjectKey) => KubeObject | undefined | 'unwatched';
  readonly changes: Pick<Changes, 'next'>;
}

const SETTLE_MS = 500;

export function createReadiness({ readPayload, resourceOf, find, changes }: ReadinessPorts): Readiness {
  const check: Readiness['check'] = async (target, of, signal, depth = 'causes') => {
    const payload = await readPayload(target, of, signal);
    const healths: Health[] = [];
    for (const ref of payload?.objects ?? []) {
      const type = assessedKind(ref.apiVersion, ref.kind);
      if (type === undefined) continue;
      const { health, cause } = await checkObject(ref, type, resourceOf, signal);
      const why = health.kind === 'ready' || depth === 'states' ? undefined : await cause();
      healths.push(
        why === undefined || health.kind === 'ready' ? health : { ...health, why: `${health.why}: ${why}` },
      );
    }
    return combine(healths);
  };
  const watched: Readiness['watched'] = async (target, of, signal) => {
    const payload = await readPayload(target, of, signal);
    return combine((payload?.objects ?? []).map((ref) => watchedHealth(ref, find)));
  };
  return {
    check,
    watched,
    settled: async (target, of, signal) => {
      const done = new AbortController();
      const over = AbortSignal.any([signal, done.signal, AbortSignal.timeout(SETTLE_MS)]);
      try {
        for (;;) {
          const changed = changes.next(target, over);
          const known = await watched(target, of, signal);
          const health = known.kind === 'progressing' ? known : await check(target, of, signal, 'states');
          if (health.kind !== 'progressing' || !(await changed)) return health;
        }
      } finally {
        done.abort();
      }
    },
    isWatched: async (target, of, signal) => {
      const payload = await readPayload(target, of, signal);
      return !(payload?.objects ?? []).some((ref) => isUnwatched(ref, find));
    },
  };
}

function watchedHealth(ref: ObjectRef, find: ReadinessPorts['find']): Health {
  const type = assessedKind(ref.apiVersion, ref.kind);
  if (type === undefined) return READY;
  const object = find(type, { namespace: ref.namespace ?? '', name: ref.name });
  if (object === 'unwatched') return READY;
  return object === undefined ? missing(ref) : assess(object);
}

function isUnwatched(
  { apiVersion, kind, namespace, name }: ObjectRef,
  find: ReadinessPorts['find'],
): boolean {
  const type = assessedKind(apiVersion, kind);
  return type !== undefined && find(type, { namespace: namespace ?? '', name }) === 'unwatched';
}

function missing({ kind, namespace, name }: ObjectRef): Health {
  return { kind: 'progressing', why: `${kind} ${namespace ?? ''}/${name} does not exist` };
}

type ResourceOf = ReadinessPorts['resourceOf'];

interface Checked {
  readonly health: Health;
  /** Why it is not ready, as far as its pods know. */
  readonly cause: () => Promise<string | undefined>;
}

async function checkObject(
  ref: ObjectRef,
  type: ResourceType,
  resourceOf: ResourceOf,
  signal: AbortSignal,
): Promise<Checked> {
  const { kind, namespace, name } = ref;
  const object = await resourceOf(type).get(
    { name, ...(namespace === undefined ? {} : { namespace }) },
    signal,
  );
  if (object === undefined) return { health: missing(ref), cause: () => Promise.resolve(undefined) };
  const selection = selectionOf(object);
  const alone = assess(object);
  const replicaSets =
    // Without them a Deployment is never taken to be ready too early.
    kind === 'Deployment' && selection !== undefined && alone.kind !== 'ready'
      ? await listed(REPLICA_SETS, selection, resourceOf, signal)
      : undefined;
  return {
    health: replicaSets === undefined ? alone : assess(object, { replicaSets }),
    cause: () => rootCause(object, selection, resourceOf, signal),
  };
}

/** The pods of a workload, and what was said about them, know why it is not ready; it itself only counts them. */
async function rootCause(
  object: KubeObject,
  selection: Selection | undefined,
  resourceOf: ResourceOf,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespace } = object.metadata;
  if (namespace === undefined) return undefined;
  const pods = selection === undefined ? [] : ((await listed(PODS, selection, resourceOf, signal)) ?? []);
  return causeOf(object, pods, await warningsIn(namespace, resourceOf, signal));
}

/** What an account need not be allowed to see: without it less is known, and nothing is taken for ready that is not. */
async function listed(
  type: ResourceType,
  selection: Selection,
  resourceOf: ResourceOf,
  signal: AbortSignal,
): Promise<readonly KubeObject[] | undefined> {
  const found = await unlessForbidden(resourceOf(type).list(selection, signal));
  return found === 'forbidden' ? undefined : found.items;
}

/** The objects that a workload has chosen by their labels; undefined for what chooses none. */
function selectionOf(object: KubeObject): Selection | undefined {
  const { namespace } = object.metadata;
  const labelSelector = podSelectorOf(object);
  return namespace === undefined || labelSelector === undefined ? undefined : { namespace, labelSelector };
}
