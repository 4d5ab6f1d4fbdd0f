import type { ReleaseTarget } from '../../api/release-name.ts';
import { causeOf } from '../../health/cause.ts';
import { objectsOf } from '../../health/objects.ts';
import type { ObjectRef } from '../../health/objects.ts';
import type { Pod } from '../../health/pod.ts';
import { hiding, mask, shown, type Withheld } from '../../helm/errors/mask.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { StoredRelease } from '../../helm/storage/stored-release.ts';
import type { ReadLogTail } from '../../kube/pod-logs.ts';
import type { Resource } from '../../kube/resource.ts';
import { JOBS, PODS } from '../../kube/resource-type.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import { secretLeaves } from '../../values/mask.ts';
import { isTestHook } from './hooks.ts';
import type { RenderedSecrets } from './rendered-secrets.ts';
import { warningsIn } from './warnings.ts';

export interface HookQuestion {
  readonly revision: number;
  /** A test, or a hook of something else. */
  readonly test: boolean;
  /** Whether the HelmRelease allows to show what pods wrote. */
  readonly withLogs: boolean;
  /** Texts that must not be shown, besides those of the release's own Secrets; where they are not known, no value is. */
  readonly secrets: readonly string[] | undefined;
}

/**
 * What the cluster knows of the hook or test that failed last: why its pods failed and, if that may be shown, what they
 * wrote last. Undefined where it knows nothing, or cannot be asked: evidence is no reason to fail.
 */
export type TellOfHook = (
  target: ReleaseTarget,
  question: HookQuestion,
  signal: AbortSignal,
) => Promise<string | undefined>;

export interface HookEvidencePorts {
  readonly storage: Pick<Storage, 'read'>;
  readonly resourceOf: (type: ResourceType) => Pick<Resource<KubeObject>, 'get' | 'list'>;
  readonly readLogTail: ReadLogTail;
  readonly renderedSecrets: RenderedSecrets;
}

const MAX_LINES = 20;
const MAX_CHARACTERS = 2_000;
/** A Job may have tried many times; the last pods say what there is to say. */
const MAX_CONTAINERS = 2;

export function createTellOfHook(ports: HookEvidencePorts): TellOfHook {
  return async (target, question, signal) => {
    try {
      return await evidence(target, question, ports, signal);
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  };
}

async function evidence(
  { namespace, releaseName }: ReleaseTarget,
  { revision, test, withLogs, secrets }: HookQuestion,
  { storage, resourceOf, readLogTail, renderedSecrets }: HookEvidencePorts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const stored = await storage.read(namespace, releaseName, revision, signal);
  const ref = stored === undefined ? undefined : failedHookOf(stored, test, namespace);
  if (ref?.namespace === undefined) return undefined;
  const found = await podsOf(ref, resourceOf, signal);
  if (found === undefined) return undefined;
  const why = causeOf(found.object, found.pods, await warningsIn(ref.namespace, resourceOf, signal));
  const ofValues = secrets ?? secretLeaves([stored?.config]);
  const hidden = hiding(ofValues, await renderedSecrets(namespace, releaseName, signal));
  if (hidden.kind === 'everything') return shown('', hidden, withheld(ref, found.pods));
  const wrote = withLogs ? await lastWords(found.pods, readLogTail, hidden.words, signal) : [];
  const said = why === undefined ? wrote : [mask(why, hidden.words), ...wrote];
  return said.length === 0 ? undefined : said.join('; ');
}

function withheld({ kind, namespace = '', name }: ObjectRef, pods: readonly Pod[]): Withheld {
  const [newest] = pods;
  const [what, of] = newest === undefined ? [kind, name] : ['Pod', newest.metadata.name];
  return {
    what: 'why its pods failed',
    where: `look at ${what} ${of} in namespace ${namespace} (kubectl describe, kubectl logs)`,
  };
}

/** Helm writes down how each hook ended; of a deletion only that it was begun. */
function failedHookOf({ hooks }: StoredRelease, test: boolean, namespace: string): ObjectRef | undefined {
  const [last] = hooks
    .filter((hook) => !test || isTestHook(hook))
    .filter(({ lastRun }) => lastRun.startedAt !== '' && lastRun.phase !== 'Succeeded')
    .toSorted((a, b) => (a.lastRun.startedAt < b.lastRun.startedAt ? 1 : -1));
  return last === undefined ? undefined : objectsOf(last.manifest, namespace)[0];
}

interface Found {
  readonly object: KubeObject;
  /** Newest first. */
  readonly pods: readonly Pod[];
}

async function podsOf(
  { kind, name, namespace }: ObjectRef,
  resourceOf: HookEvidencePorts['resourceOf'],
  signal: AbortSignal,
): Promise<Found | undefined> {
  const type = [PODS, JOBS].find((each) => each.kind === kind);
  const object = type === undefined ? undefined : await resourceOf(type).get({ namespace, name }, signal);
  if (object === undefined) return undefined;
  if (type === PODS) return { object, pods: [object] };
  const { items } = await resourceOf(PODS).list({ namespace, labelSelector: `job-name=${name}` }, signal);
  const own = items.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid),
  );
  const age = ({ metadata }: KubeObject): number => Date.parse(metadata.creationTimestamp ?? '') || 0;
  return { object, pods: own.toSorted((a, b) => age(b) - age(a)) };
}

/** The last lines of the containers that failed or, where none has, of those that still run. */
async function lastWords(
  pods: readonly Pod[],
  readLogTail: ReadLogTail,
  hidden: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const failed = pods.flatMap((pod) => containersOf(pod, 'failed'));
  const asked = failed.length > 0 ? failed : pods.flatMap((pod) => containersOf(pod, 'running'));
  const words: string[] = [];
  const chosen = asked.slice(0, MAX_CONTAINERS);
  for (const { namespace, pod, container } of chosen) {
    const text = await readLogTail({ namespace, pod, container, lines: MAX_LINES }, signal).catch(() => '');
    signal.throwIfAborted();
    // Masked before it is cut: half a secret is not recognised any more.
    const lines = linesOf(mask(text, hidden), chosen.length);
    if (lines !== '') words.push(`container ${container} of pod ${pod} wrote last: ${lines}`);
  }
  return words;
}

interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

function containersOf({ metadata, status = {} }: Pod, which: 'failed' | 'running'): readonly Container[] {
  const { namespace = '', name: pod } = metadata;
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
    .filter(({ state, lastState }) =>
      which === 'running'
        ? state?.running !== undefined
        : (state?.terminated?.exitCode ?? lastState?.terminated?.exitCode ?? 0) !== 0,
    )
    .map(({ name }) => ({ namespace, pod, container: name }));
}

/** On one line, without what a terminal would make of it; of too much the end. `among` so many the room is shared. */
function linesOf(text: string, among: number): string {
  const room = MAX_CHARACTERS / among;
  const lines = text
    // eslint-disable-next-line no-control-regex -- colours
    .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    .split(/[\r\n]+/)
    .map((line) => line.replace(/\p{Cc}+/gu, ' ').trim())
    .filter((line) => line !== '')
    .slice(-MAX_LINES / among)
    .join(' | ');
  return lines.length <= room ? lines : `…${lines.slice(1 - room)}`;
}
