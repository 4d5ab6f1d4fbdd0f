import { expect } from 'chai';
import { after, before, it } from 'mocha';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { expectUndisturbed, openBench } from './bench.ts';
import type { Bench, BenchSettings } from './bench.ts';
import { eventually } from '../support/eventually.ts';
import { expectStill, expectTrouble, footprintOf } from './trouble.ts';
import type { Trouble } from './trouble.ts';
import { conditionOf, webRelease } from './world.ts';

/** One bad input, seen on a release that stands already and on one that is new. */
export interface BadInput {
  /** Of its HelmReleases and releases: `old-NAME` and `new-NAME`. */
  readonly name: string;
  readonly title: string;
  /** Makes ready what a good release needs; gives its spec. */
  readonly begin?: (bench: Bench) => Promise<Partial<HelmReleaseSpec>>;
  /** Makes the input bad; gives the spec that goes with it. */
  readonly spoil: (bench: Bench) => Promise<Partial<HelmReleaseSpec>>;
  readonly trouble: Trouble;
  /** What differs for the old one. */
  readonly troubleOfOld?: Partial<Trouble>;
  /** Until it is noticed. */
  readonly troubleWithinMs?: number;
  /** Makes it good again; gives a spec if that is what has to be edited. */
  readonly mend: (bench: Bench) => Promise<Partial<HelmReleaseSpec> | undefined>;
  /** Whether the change itself ends it, long before the next try is due. */
  readonly noticed?: boolean;
  /** Where it is released in the end, if not to the namespace of the bench. */
  readonly target?: string;
  /** Newest revision of the old release in the end; 1 if it is mended to what it was. */
  readonly revision?: number;
}

/**
 * The tests of one family, for the describe around it; gives the bench to tests that follow. All inputs go bad at once, as they may in the life of one operator.
 * Each has to be told of, to be survived by what is deployed and by all others, and to be over as soon as it is mended.
 */
export function testBadInputs(settings: BenchSettings, inputs: readonly BadInput[]): () => Bench {
  let bench: Bench;
  const footprints = new Map<string, unknown>();

  before(async () => {
    bench = await openBench(settings);
    await beginAll(bench, inputs, footprints);
    const specs: Partial<HelmReleaseSpec>[] = [];
    for (const input of inputs) specs.push(await input.spoil(bench));
    const bad = (age: string): HelmRelease[] =>
      inputs.map(({ name }, index) => releaseOf(bench, `${age}-${name}`, specs[index] ?? {}));
    await bench.apply(...bad('old'));
    // What was good a moment ago may be known for so long: new ones come when the old ones have noticed.
    for (const { name, troubleWithinMs } of inputs) {
      await bench.world.until(
        bench.namespace,
        `old-${name}`,
        ({ status }) => {
          expect(status?.failure).not.to.equal(undefined);
        },
        troubleWithinMs,
      );
    }
    await bench.apply(...bad('new'));
  });

  after(async () => {
    await (bench as Bench | undefined)?.[Symbol.asyncDispose]();
  });

  for (const { name, title, trouble, troubleOfOld = {} } of inputs) {
    it(`names ${title} and the way out, and leaves alone what is deployed`, async () => {
      await expectTrouble(bench, `new-${name}`, trouble);
      await expectTrouble(bench, `old-${name}`, { ...trouble, ...troubleOfOld });

      expect(await footprintOf(bench.world, bench.namespace, `old-${name}`)).to.deep.equal(
        footprints.get(name),
      );
      expect(await footprintOf(bench.world, bench.namespace, `new-${name}`)).to.deep.equal({});
    });
  }

  it('goes on with the others meanwhile', async () => {
    await expectUndisturbed(bench);
  });

  const stalled = inputs.filter((input) => input.trouble.stalled);
  if (stalled.length > 0) {
    it('says once what only another input can help, however often it is looked at', async () => {
      await expectStill(
        bench,
        stalled.flatMap(({ name }) => [`old-${name}`, `new-${name}`]),
      );
    });
  }

  for (const input of inputs) {
    it(`recovers from ${input.title} without a restart`, async () => {
      const due = input.noticed === true ? await nextTries(bench, input) : undefined;
      const spec = await input.mend(bench);
      if (spec !== undefined) await bench.apply(...pair(bench, input, spec));
      if (due !== undefined) {
        await untilTakenUp(bench, input);
        expect(due, 'next tries').to.satisfy((times: readonly number[]) =>
          times.every((time) => time > Date.now()),
        );
      }

      await expectNewest(bench, `old-${input.name}`, input, input.revision ?? 1);
      await expectNewest(bench, `new-${input.name}`, input, 1);
    });
  }

  return () => bench;
}

/** Waits until the next tries, where there are any, are all at once too far away to be what mends it. */
async function nextTries({ world, namespace }: Bench, { name }: BadInput): Promise<readonly number[]> {
  return eventually(async () => {
    const times: number[] = [];
    for (const age of ['old', 'new']) {
      const { status } = await world.release(namespace, `${age}-${name}`);
      const { step, nextTry } = status?.failure ?? {};
      if (step === 'chart' && nextTry === undefined) continue; // its source is what is tried again
      const time = Date.parse(nextTry ?? '');
      expect(time - Date.now(), `ms until the next try of ${age}-${name}`).to.be.greaterThan(8_000);
      times.push(time);
    }
    return times;
  }, 60_000);
}

/** Waits until a pass goes on where the failure was. How long helm takes after that is not what is asked. */
async function untilTakenUp({ world, namespace }: Bench, { name }: BadInput): Promise<void> {
  await Promise.all(
    ['old', 'new'].map((age) =>
      world.until(namespace, `${age}-${name}`, (release) => {
        expect(conditionOf(release, 'Ready').status).not.to.equal('False');
      }),
    ),
  );
}

async function beginAll(
  bench: Bench,
  inputs: readonly BadInput[],
  footprints: Map<string, unknown>,
): Promise<void> {
  const old: HelmRelease[] = [];
  for (const input of inputs)
    old.push(releaseOf(bench, `old-${input.name}`, (await input.begin?.(bench)) ?? {}));
  await bench.apply(...old);
  for (const { name } of inputs) {
    await bench.untilReady(`old-${name}`);
    footprints.set(name, await footprintOf(bench.world, bench.namespace, `old-${name}`));
  }
}

function pair(bench: Bench, { name }: BadInput, spec: Partial<HelmReleaseSpec>): readonly HelmRelease[] {
  return ['old', 'new'].map((age) => releaseOf(bench, `${age}-${name}`, spec));
}

function releaseOf({ world, namespace }: Bench, name: string, spec: Partial<HelmReleaseSpec>): HelmRelease {
  return webRelease(world, namespace, name, { releaseName: name, ...spec });
}

async function expectNewest(
  { world, namespace, untilReady }: Bench,
  name: string,
  { target = namespace }: BadInput,
  revision: number,
): Promise<void> {
  const { status } = await untilReady(name);
  expect(status?.deployed?.revision).to.equal(revision);
  expect((await world.revisions(target, name)).at(-1)).to.include({ revision, status: 'deployed' });
}
