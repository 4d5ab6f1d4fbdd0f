import { expect } from 'chai';
import type { HelmRelease } from '../../src/api/helm-release.ts';
import type { ObjectMeta } from '../../src/api/metadata.ts';
import { eventually } from '../support/eventually.ts';
import { typesOf } from './bench.ts';
import type { Bench } from './bench.ts';
import { conditionOf } from './world.ts';
import type { World } from './world.ts';

/** What a person is told about a HelmRelease that cannot be released. */
export interface Trouble {
  readonly step: string;
  /** All of it has to be in the sentence: the thing, and the way out. */
  readonly says: readonly (string | RegExp)[];
  /** Whether nothing but another input helps; else it is tried again by itself. */
  readonly stalled: boolean;
}

/** Waits until status tells the trouble of the newest spec, and checks that everything that tells it agrees. */
export async function expectTrouble(
  { world, namespace }: Pick<Bench, 'world' | 'namespace'>,
  name: string,
  { step, says, stalled }: Trouble,
  timeoutMs?: number,
): Promise<HelmRelease> {
  const release = await world.until(
    namespace,
    name,
    ({ metadata, status }) => {
      expect(status?.failure?.step).to.equal(step);
      expect(status?.observedGeneration).to.equal(metadata.generation);
    },
    timeoutMs,
  );
  const { cause, nextTry } = release.status?.failure ?? { cause: '' };
  for (const part of says) {
    if (typeof part === 'string') expect(cause).to.include(part);
    else expect(cause).to.match(part);
  }
  expect(cause).not.to.match(/\n|unexpected|undefined|\[object/);
  expect(conditionOf(release, 'Ready')).to.include({ status: 'False', message: cause });
  expect(conditionOf(release, 'Released').status).to.equal('False');
  const [state, other] = stalled ? ['Stalled', 'Reconciling'] : ['Reconciling', 'Stalled'];
  expect(conditionOf(release, state)).to.include({ status: 'True', message: cause });
  expect(typesOf(release)).not.to.include(other);
  // That a source is asked again is no try of the release: it hears of what the source says then.
  if (stalled || step !== 'chart') expect(nextTry === undefined, 'there is no next try').to.equal(stalled);
  await expectEvent(world, release, cause);
  return release;
}

interface Event {
  readonly type: string;
  readonly message: string;
  readonly source: { readonly component: string };
}

async function expectEvent(world: World, { metadata }: HelmRelease, cause: string): Promise<void> {
  await eventually(async () => {
    const events = await eventsOf(world, metadata, 'FailedReleaseSync');
    const event = events.find(({ message }) => message.includes(cause));
    expect(event?.type, `type of the Event with "${cause}"`).to.equal('Warning');
    expect(event?.source.component).to.equal('helm-operator');
  }, 5_000);
}

export async function eventsOf(
  world: World,
  { uid = '', namespace = '' }: ObjectMeta,
  reason: string,
): Promise<readonly Event[]> {
  const fields = `involvedObject.uid=${uid},reason=${reason}`;
  return await world.cluster.list<Event>('events', namespace, { fields });
}

/** Several passes over stalled HelmReleases write nothing. For operators that look at them often. */
export async function expectStill(
  { world, namespace, operator }: Bench,
  names: readonly string[],
): Promise<void> {
  const versions = (): Promise<readonly (string | undefined)[]> =>
    Promise.all(names.map(async (name) => (await world.release(namespace, name)).metadata.resourceVersion));
  const passes = (): Promise<number> =>
    operator.metric('helm_release_operator_pass_duration_seconds_count', { outcome: 'stalled' });
  const [before, begun] = [await versions(), await passes()];
  await eventually(async () => {
    expect(await passes()).to.be.at.least(begun + 2 * names.length);
  });
  expect(await versions()).to.deep.equal(before);
}

const KINDS = ['deployments', 'services', 'configmaps', 'serviceaccounts', 'secrets'];

/** Everything that Helm keeps and made of a release; equal as long as nobody touches any of it. */
export async function footprintOf(
  world: World,
  namespace: string,
  releaseName: string,
): Promise<Readonly<Record<string, string>>> {
  const lists = await Promise.all(
    KINDS.map((kind) => world.cluster.list<{ readonly metadata: ObjectMeta }>(kind, namespace)),
  );
  const own = lists
    .flat()
    .filter(
      ({ metadata: { annotations, labels } }) =>
        annotations?.['meta.helm.sh/release-name'] === releaseName ||
        (labels?.['owner'] === 'helm' && labels['name'] === releaseName),
    );
  return Object.fromEntries(
    own.map(({ kind, metadata }) => [`${kind}/${metadata.name}`, versionOf(metadata)]),
  );
}

/** The status of a Deployment changes by itself; its generation does not. */
function versionOf({ uid = '', generation, resourceVersion = '' }: ObjectMeta): string {
  return `${uid} ${generation === undefined ? resourceVersion : `generation ${String(generation)}`}`;
}
