import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { inWords, OURS, startProxiedWorld } from './proxied.ts';
import type { ProxiedWorld } from './proxied.ts';
import { conditionOf, webRelease } from './world.ts';

const LATER = { 'testenv.helm-release-operator.io/ready-after': '2s' };
const RESYNC = ['--charts-sync-interval=2s'];
const STARTED = 'helm_release_operator_helm_processes_started_total';
const PASSES = 'helm_release_operator_pass_duration_seconds_count';

describe('what releases cost', function () {
  this.timeout(120_000);
  let world: ProxiedWorld;
  let operator: OperatorProcess | undefined;

  before(async () => {
    world = await startProxiedWorld();
  });
  afterEach(async () => {
    await operator?.stop();
    operator = undefined;
  });
  after(async () => {
    await world.stop();
  });

  const start = async (...flags: readonly string[]): Promise<OperatorProcess> => {
    operator = await world.operator({ flags });
    return operator;
  };
  /** Waits until every release there is has been looked at so often again, by resyncs. */
  const passes = async (running: OperatorProcess, times: number): Promise<void> => {
    const begun = await running.metric(PASSES);
    const count = await running.metric('flux_helm_operator_release_count');
    await eventually(async () => {
      expect(await running.metric(PASSES)).to.be.at.least(begun + count * times);
    }, 60_000);
  };
  /** Events are written beside a pass: only with them is everything written. */
  const eventsOf = async (namespace: string, count: number): Promise<void> => {
    await eventually(async () => {
      const fields = 'reason=ReleaseSynced';
      const synced = await world.cluster.list<{ count: number }>('events', namespace, { fields });
      expect(synced.reduce((sum, each) => sum + each.count, 0)).to.equal(count);
    });
  };

  describe('that are unchanged', () => {
    const NAMESPACE = 'unchanged';

    before(async () => {
      const { cluster } = world;
      await cluster.createNamespace(NAMESPACE);
      await cluster.kubectl(
        'create',
        'configmap',
        'given',
        '-n',
        NAMESPACE,
        '--from-literal=values.yaml=text: a',
      );
      await cluster.kubectl(
        ...['create', 'secret', 'generic', 'given', '-n', NAMESPACE, '--from-literal=values.yaml=text: b'],
      );
      const from = [{ configMapKeyRef: { name: 'given' } }, { secretKeyRef: { name: 'given' } }];
      await cluster.apply(webRelease(world, NAMESPACE, 'plain'));
      await cluster.apply(
        webRelease(world, NAMESPACE, 'waiting', { wait: true, rollback: { enable: true } }),
      );
      await cluster.apply(webRelease(world, NAMESPACE, 'given', { valuesFrom: from }));
      await cluster.apply(
        webRelease(world, NAMESPACE, 'tested', {
          test: { enable: true },
          values: { test: { enabled: true } },
        }),
      );
    });

    it('defect 16: run no helm process and make no API request, over resyncs', async () => {
      const running = await start(...RESYNC);
      await world.allReady(NAMESPACE, 4);
      await eventsOf(NAMESPACE, 4);
      const ran = await running.metric(STARTED);
      world.proxy.forgetRequests();

      await passes(running, 3);

      expect(inWords(world.proxy.requests({ verb: ['get', 'list'] }))).to.deep.equal([]);
      expect(inWords(world.proxy.writes())).to.deep.equal([]);
      expect(await running.metric(STARTED)).to.equal(ran);
    });

    it('get no write, no revision and no helm of their own from a restart', async () => {
      world.proxy.forgetRequests();

      const running = await start(...RESYNC);
      await passes(running, 2);

      expect(inWords(world.proxy.writes())).to.deep.equal([]);
      // The chart is packaged anew, once for all of them.
      expect(await running.metric(STARTED, { verb: 'package' })).to.equal(1);
      expect(await running.metric(STARTED)).to.equal(1);
      for (const { metadata } of await world.releases(NAMESPACE)) {
        expect(await world.revisions(NAMESPACE, `${NAMESPACE}-${metadata.name}`)).to.have.length(1);
      }
    });

    it('get no write and no revision from a commit that does not touch their chart', async () => {
      const running = await start(...RESYNC);
      await passes(running, 1);
      world.proxy.forgetRequests();
      const ran = await running.metric(STARTED);
      const asked = world.git.requests().lsRefs;

      await world.git.commit('charts', { 'README.md': 'no chart', 'other/Chart.yaml': 'name: other' });
      await eventually(() => {
        expect(world.git.requests().lsRefs).to.be.at.least(asked + 3);
      });
      await passes(running, 1);

      expect(inWords(world.proxy.writes())).to.deep.equal([]);
      expect(await running.metric(STARTED)).to.equal(ran);
    });
  });

  describe('in writes of its HelmRelease', () => {
    const NAMESPACE = 'writes';
    before(async () => {
      await world.cluster.createNamespace(NAMESPACE);
    });

    const rows = [
      { name: 'plain', spec: {}, install: 2, upgrade: 2 },
      { name: 'waiting', spec: { wait: true, values: { podAnnotations: LATER } }, install: 3, upgrade: 3 },
    ];
    for (const { name, spec, install, upgrade } of rows) {
      it(`is ${String(install)} for an install and ${String(upgrade)} for an upgrade when ${name}`, async () => {
        const running = await start(...RESYNC);
        const write = `helm-release-operator update helmreleases/status ${name}`;
        const becomes = async (revision: number, writes: readonly string[]): Promise<void> => {
          world.proxy.forgetRequests();
          const values = { ...spec.values, text: `of revision ${String(revision)}` };
          await world.cluster.apply(webRelease(world, NAMESPACE, name, { ...spec, values }));
          await world.until(NAMESPACE, name, (release) => {
            expect(release.status?.deployed?.revision).to.equal(revision);
            expect(conditionOf(release, 'Ready').status).to.equal('True');
          });
          await passes(running, 2);
          const { status } = await world.release(NAMESPACE, name);
          const written = inWords(world.proxy.writes({ ...OURS, name })).toSorted();
          expect(written, JSON.stringify(status)).to.deep.equal(writes);
        };

        await becomes(1, [
          `helm-release-operator patch helmreleases ${name}`,
          ...Array<string>(install).fill(write),
        ]);
        await becomes(2, Array<string>(upgrade).fill(write));
      });
    }
  });
});
