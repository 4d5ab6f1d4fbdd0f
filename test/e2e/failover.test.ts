import { createHmac, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { freePort } from '../../hack/testenv/control-plane/port.ts';
import type { HelmRelease } from '../../src/api/helm-release.ts';
import { eventually } from '../support/eventually.ts';
import { expectReady } from './bench.ts';
import { leads, startReplica } from './failover/replicas.ts';
import type { Replica } from './failover/replicas.ts';
import { describeRound, planRound } from './failover/round.ts';
import { openScene } from './kill/scene.ts';
import { startWorld, webRelease } from './world.ts';
import type { World } from './world.ts';

const SEED = Number(process.env['FAILOVER_SEED'] ?? randomInt(1_000_000));
const FULL = process.env['TEST_FULL'] !== undefined;
const ROUNDS = FULL ? 20 : 3;
const UPGRADES = 50;
/** From the death of the leader to the first thing that the other one does. */
const KILLED_MS = 20_000;
const STOPPED_MS = 2_000;
const NAMESPACE = 'failover';
const HOOK_KEY = 'a key of the tests, and of nothing else';

describe(`two replicas of the operator (FAILOVER_SEED=${String(SEED)})`, function () {
  this.timeout(150_000);
  let world: World;
  const replicas = new Set<Replica>();

  before(async () => {
    world = await startWorld();
    await world.cluster.createNamespace(NAMESPACE);
  });
  after(async () => {
    await world.stop();
  });
  afterEach(async () => {
    for (const replica of replicas) {
      if (replica.process.ended() === undefined) replica.signal('machine', 'SIGCONT');
      await replica.process.kill();
      await replica.close();
    }
    replicas.clear();
    // As a person would who has killed all of them and does not want to wait.
    const away = (...what: readonly string[]): Promise<string> =>
      world.cluster.kubectl('delete', ...what, '-n', 'default', '--ignore-not-found');
    await away('lease', 'helm-release-operator');
    await away('secrets', '-l', 'helm-release-operator.io/term-of');
  });

  const start = async (...flags: readonly string[]): Promise<Replica> => {
    const replica = await startReplica(world, flags);
    replicas.add(replica);
    return replica;
  };
  const pair = async (): Promise<{ leader: Replica; other: Replica }> => {
    const leader = await start();
    await leads(leader);
    const other = await start();
    expect(await other.isLeading()).to.equal(false);
    return { leader, other };
  };
  const gone = async ({ process }: Replica): Promise<void> => {
    await eventually(() => {
      expect(process.ended(), 'how it ended').not.to.equal(undefined);
    });
  };
  const applied = async (name: string, text: string): Promise<void> => {
    await world.cluster.apply(webRelease(world, NAMESPACE, name, { values: { text } }));
  };

  it('do the work of one: the other writes nothing, tells of no release, and is ready', async () => {
    const { leader, other } = await pair();
    await applied('one', 'a');
    await world.until(NAMESPACE, 'one', expectReady);

    expect(await leader.process.metric('helmrelease_ready')).to.equal(1);
    expect(
      await other.process.metric('helm_release_operator_informer_objects', { resource: 'helmreleases' }),
    ).to.equal(1);
    expect((await other.process.get('/metrics')).body).not.to.contain('helmrelease_ready{');
    const { body, status } = await other.process.get('/readyz');
    expect(status).to.equal(200);
    expect(body).to.match(/"leader election".*standing by, [^"]+ leads/);
    const writes = await Promise.all(
      ['create', 'update', 'patch', 'apply', 'delete'].map((verb) =>
        other.process.metric('helm_release_operator_kube_requests_total', { verb }),
      ),
    );
    expect(writes).to.deep.equal([0, 0, 0, 0, 0]);
    expect(other.children()).to.deep.equal([]);
  });

  it('pass on to the leader what reaches the other one', async () => {
    await world.cluster.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', stringData: { token: HOOK_KEY } },
      metadata: {
        ...{ name: 'github', namespace: 'default' },
        labels: { 'gitops.helm-release-operator.io/receiver': 'github' },
      },
    });
    const ports = [await freePort(), await freePort()].map(String);
    const flags = (port = ''): readonly string[] => [
      `--webhook-listen=127.0.0.1:${port}`,
      '--git-poll-interval=10m',
      '--charts-sync-interval=10m',
    ];
    const leader = await start(...flags(ports[0]));
    await leads(leader);
    await applied('told', 'a');
    await world.until(NAMESPACE, 'told', expectReady);
    const other = await start(...flags(ports[1]));
    const revisions = async (count: number): Promise<void> => {
      await eventually(async () => {
        expect(await world.revisions(NAMESPACE, `${NAMESPACE}-told`)).to.have.length(count);
      });
    };
    const chart = (text: string): Promise<string> =>
      world.commitChart({ 'templates/told.yaml': `# ${text}\n` });

    await chart('by webhook');
    const body = JSON.stringify({
      ref: 'refs/heads/main',
      repository: { clone_url: world.git.repoUrl('charts'), html_url: null },
    });
    const push = async (key: string): Promise<number> => {
      const signature = createHmac('sha256', key).update(body).digest('hex');
      const answer = await fetch(`http://127.0.0.1:${ports[1] ?? ''}/hook/github`, {
        method: 'POST',
        headers: {
          'x-github-event': 'push',
          'x-github-delivery': signature,
          'x-hub-signature-256': `sha256=${signature}`,
        },
        body,
      });
      return answer.status;
    };
    // It is ready when it knows who leads; the port is open a moment later.
    await eventually(async () => {
      expect(await push('another key')).to.equal(401);
    });
    expect(await push(HOOK_KEY)).to.equal(202);
    await revisions(2);

    await chart('by sync-git');
    expect(await other.process.post('/api/v1/sync-git')).to.equal(200);
    await revisions(3);
    await leader.process.kill();
    replicas.delete(leader);
    expect(await push(HOOK_KEY)).to.equal(503);
    await world.cluster.kubectl('delete', 'secret', 'github', '-n', 'default');
  });

  it(`act within ${String(KILLED_MS / 1000)} s when the leader is killed`, async () => {
    const { leader, other } = await pair();
    await applied('killed', 'a');
    await world.until(NAMESPACE, 'killed', expectReady);
    await leader.process.kill();
    replicas.delete(leader);
    const begun = performance.now();
    await applied('killed', 'b');
    await eventually(async () => {
      expect(await world.revisions(NAMESPACE, `${NAMESPACE}-killed`)).to.have.length(2);
    }, KILLED_MS * 2);
    const seconds = (performance.now() - begun) / 1000;
    console.log(`      the next helm ran ${seconds.toFixed(1)} s after the leader was killed`);
    expect(seconds).to.be.below(KILLED_MS / 1000);
    await world.until(NAMESPACE, 'killed', expectReady);
    expect(await other.isLeading()).to.equal(true);
  });

  it(`act within ${String(STOPPED_MS / 1000)} s when the leader has stopped`, async () => {
    const { leader, other } = await pair();
    const ended = leader.process.stop();
    await ended;
    const begun = performance.now();
    replicas.delete(leader);
    await leads(other);
    const seconds = (performance.now() - begun) / 1000;
    console.log(`      the other one led ${seconds.toFixed(2)} s after the leader had stopped`);
    expect(seconds).to.be.below(STOPPED_MS / 1000);
  });

  it(`upgrade each of ${String(UPGRADES)} releases once while both are replaced`, async () => {
    const names = Array.from({ length: UPGRADES }, (_, at) => `fleet-${String(at)}`);
    const all = async (text: string): Promise<void> => {
      const items = names.map((name) => webRelease(world, NAMESPACE, name, { values: { text } }));
      await world.cluster.apply({ apiVersion: 'v1', kind: 'List', items });
    };
    // With one request for all of them: 50 processes of kubectl, again and again, would be most of the load.
    const deployed = async (text: string): Promise<void> => {
      await eventually(async () => {
        const all = await world.cluster.list<HelmRelease>('helmreleases', NAMESPACE);
        const mine = all.filter(({ metadata }) => names.includes(metadata.name));
        expect(mine).to.have.length(UPGRADES);
        for (const release of mine) {
          expectReady(release);
          expect(release.spec.values).to.deep.equal({ text });
        }
      }, 60_000);
    };
    const { leader, other } = await pair();
    await all('a');
    await deployed('a');
    const upgraded = async (least: number): Promise<void> => {
      await eventually(async () => {
        const done = await world.cluster.list('secrets', NAMESPACE, { labels: 'owner=helm,version=2' });
        expect(done.length).to.be.at.least(least);
      });
    };

    await all('b');
    // As a Deployment does: a new one, then one of the old goes, and once more.
    const third = await start();
    await upgraded(5);
    expect(await leader.process.stop()).to.equal(0);
    replicas.delete(leader);
    const fourth = await start();
    await upgraded(20);
    expect(await other.process.stop()).to.equal(0);
    replicas.delete(other);
    await deployed('b');

    for (const name of names) {
      const revisions = await world.revisions(NAMESPACE, `${NAMESPACE}-${name}`);
      expect(
        revisions.map(({ revision, status }) => `${String(revision)} ${status}`),
        name,
      ).to.deep.equal(['1 superseded', '2 deployed']);
    }
    expect(await Promise.all([third.isLeading(), fourth.isLeading()])).to.include(true);
  });

  for (let number = 1; number <= ROUNDS; number++) {
    const round = planRound(SEED, number);

    it(`never touch a release both, round ${String(number)}: ${describeRound(round)}`, async () => {
      const { lives, stopMs, who, resume } = round;
      const { leader, other } = await pair();
      const scene = await openScene(lives, `failover-${String(number)}`, world);
      await scene.prepare();
      await using watch = watchChildren(leader, other);
      await Promise.all([sleep(stopMs), scene.change()]);
      await eventually(() => {
        expect(leader.children(), 'helm processes of the leader').not.to.deep.equal([]);
      });
      leader.signal(who, 'SIGSTOP');

      if (resume.kind === 'before') await sleep(resume.ms);
      else {
        await eventually(async () => {
          expect(await other.isLeading()).to.equal(true);
        }, 25_000);
        // Helm may have ended by itself, or by the supervisor; either way before the other one begins anything.
        if (who === 'operator')
          expect(leader.children(), 'helm processes of the one that stands still').to.deep.equal([]);
        await sleep(resume.ms);
      }
      const before = await scene.revisions();
      leader.signal(who, 'SIGCONT');

      if (resume.kind === 'before' && resume.stillLeads) {
        expect(await leader.isLeading()).to.equal(true);
      } else {
        await gone(leader);
        expect(leader.process.ended()).to.equal(1);
        expect(leader.process.log()).to.contain('another replica may lead');
        await leads(other);
      }
      await scene.expectEnds(before);
      if (who === 'operator') expect(watch.both(), 'times at which both ran something').to.equal(0);
      await scene.clear();
    });
  }
});

/** Looks again and again whether both replicas have children at the same time. */
function watchChildren(...replicas: readonly Replica[]): AsyncDisposable & { readonly both: () => number } {
  const stop = new AbortController();
  let both = 0;
  const watching = (async () => {
    while (!stop.signal.aborted) {
      if (replicas.every((replica) => replica.children().length > 0)) both += 1;
      await sleep(100);
    }
  })();
  return {
    both: () => both,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await watching;
    },
  };
}
