import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { Fault, Match } from '../../hack/testenv/faults/fault.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { gatherFlock } from './flock.ts';
import type { Flock } from './flock.ts';
import { expectReady } from './bench.ts';
import { HELMS, OURS, startProxiedWorld } from './proxied.ts';
import type { ProxiedWorld } from './proxied.ts';
import { webRelease } from './world.ts';

interface Row {
  readonly name: string;
  /** In turn. */
  readonly faults: readonly Fault[];
  readonly match?: Match;
}

/** One request of so many is harmed: the operator's and helm's alike, if nothing else is said. */
const EVERY = 25;
const TIMES = 6;

const rows: readonly Row[] = [
  {
    name: 'resets connections, also in the middle of an answer,',
    faults: [{ kind: 'reset' }, { kind: 'reset', afterBytes: 40 }],
  },
  { name: 'cuts its answers short', faults: [{ kind: 'truncate', afterBytes: 40 }], match: OURS },
  {
    name: 'answers 429, 500 and 503',
    faults: [
      { kind: 'answer', status: 429, retryAfterSeconds: 1 },
      { kind: 'answer', status: 500 },
      { kind: 'answer', status: 503 },
    ],
  },
  { name: 'answers late', faults: [{ kind: 'delay', ms: 2_000 }] },
];

describe('releases under way while the API server', function () {
  this.timeout(90_000);
  let world: ProxiedWorld;
  let operator: OperatorProcess;
  let flocks: ReadonlyMap<string, Flock>;

  before(async () => {
    world = await startProxiedWorld();
    operator = await world.operator();
    const gathered = rows.map(
      async ({ name }, index) =>
        [name, await gatherFlock(world, operator, `faults-${String(index)}`)] as const,
    );
    flocks = new Map(await Promise.all(gathered));
  });
  after(async () => {
    expect(await operator.stop()).to.equal(0);
    await world.stop();
  });

  for (const { name, faults, match = {} } of rows) {
    it(`${name} reach their end`, async () => {
      const flock = flocks.get(name);
      const harms = Array.from({ length: TIMES / faults.length }, (_, turn) =>
        faults.map((fault, index) => {
          const skip = (turn * faults.length + index) * EVERY;
          return world.proxy.inject({ fault, match, skip, times: 1 });
        }),
      ).flat();
      try {
        await flock?.begin();
        await flock?.expectEnd();
      } finally {
        world.proxy.heal();
      }

      const harmed = harms.filter((harm) => harm.hits() > 0);
      expect(harmed.length, 'requests that were harmed').to.be.at.least(TIMES / 2);
      expect((await operator.get('/healthz')).status).to.equal(200);
    });
  }

  describe('loses the last write of helm', () => {
    const NAMESPACE = 'last-write';
    const lose = (name: string, revision: number): void => {
      world.proxy.inject({
        fault: { kind: 'reset' },
        match: {
          ...HELMS,
          verb: 'update',
          name: `sh.helm.release.v1.${NAMESPACE}-${name}.v${String(revision)}`,
        },
      });
    };
    const statuses = async (name: string): Promise<readonly string[]> =>
      (await world.revisions(NAMESPACE, `${NAMESPACE}-${name}`)).map(({ status }) => status);
    before(async () => {
      await world.cluster.createNamespace(NAMESPACE);
    });

    it('are not installed a second time, since helm itself calls that a success', async () => {
      lose('web', 1);
      await world.cluster.apply(webRelease(world, NAMESPACE, 'web'));
      await world.until(NAMESPACE, 'web', expectReady);
      world.proxy.heal();

      expect(await statuses('web')).to.deep.equal(['deployed']);
    });

    it('have one deployed revision, not two', async () => {
      lose('web', 1);
      await world.cluster.apply(webRelease(world, NAMESPACE, 'web', { values: { text: 'two' } }));
      await world.until(NAMESPACE, 'web', (release) => {
        expectReady(release);
        expect(release.status?.deployed?.revision).to.equal(2);
      });
      world.proxy.heal();

      expect(await statuses('web')).to.deep.equal(['superseded', 'deployed']);
    });
  });
});
