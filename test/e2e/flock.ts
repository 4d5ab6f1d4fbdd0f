import { expect } from 'chai';
import type { HelmRelease } from '../../src/api/helm-release.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { expectReady } from './bench.ts';
import type { ProxiedWorld } from './proxied.ts';
import { conditionOf, webRelease } from './world.ts';
import type { StoredRevision } from './world.ts';

const BAD = { text: 'two', podAnnotations: { 'testenv.helm-release-operator.io/pod': 'never-ready' } };
/** An install, two upgrades and a rollback that are begun together, and end as they should whatever befalls them. */
export interface Flock {
  readonly begin: () => Promise<void>;
  /** Waits for all of them to end. */
  readonly expectEnd: (timeoutMs?: number) => Promise<void>;
}

/** Each is a HelmRelease whose name tells what becomes of it. The two that are upgraded and the bad one are installed now. */
export async function gatherFlock(
  world: ProxiedWorld,
  operator: OperatorProcess,
  namespace: string,
): Promise<Flock> {
  const { cluster } = world;
  const apply = async (releases: Readonly<Record<string, HelmRelease['spec']['values']>>): Promise<void> => {
    const items = Object.entries(releases).map(([name, values]) => {
      const timeout = values === BAD ? 3 : 60;
      return webRelease(world, namespace, name, { wait: true, timeout, rollback: { enable: true }, values });
    });
    await cluster.apply({ apiVersion: 'v1', kind: 'List', items });
  };
  await cluster.createNamespace(namespace);
  await apply({ upgraded: { text: 'one' }, again: { text: 'one' }, bad: { text: 'one' } });
  await world.allReady(namespace, 3);

  const isLive = async (name: string, text: string): Promise<void> => {
    const map = await cluster.get<{ data: { text: string } }>(
      'configmaps',
      `${namespace}-${name}`,
      namespace,
    );
    expect(map?.data.text, `what is live of ${name}`).to.equal(text);
  };
  const stored = async (name: string, needed: number): Promise<void> => {
    const releaseName = `${namespace}-${name}`;
    const failed = failedRuns(operator.log(), releaseName);
    expectSound(await world.revisions(namespace, releaseName), needed, failed);
  };
  return {
    begin: () =>
      apply({
        installed: { text: 'one' },
        upgraded: { text: 'two' },
        again: { text: 'two' },
        bad: BAD,
      }),
    expectEnd: async (timeoutMs = 60_000) => {
      await Promise.all([
        ...['installed', 'upgraded', 'again'].map((name) =>
          world.until(
            namespace,
            name,
            (release) => {
              expectReady(release);
              expect(release.metadata.generation).to.equal(name === 'installed' ? 1 : 2);
            },
            timeoutMs,
          ),
        ),
        world.until(
          namespace,
          'bad',
          (release) => {
            expect(release.status?.phase).to.equal('RolledBack');
            expect(conditionOf(release, 'Stalled').status).to.equal('True');
          },
          timeoutMs,
        ),
      ]);
      await stored('installed', 1);
      await stored('upgraded', 2);
      await stored('again', 2);
      await stored('bad', ROLLED_BACK);
      await isLive('installed', 'one');
      await isLive('upgraded', 'two');
      await isLive('again', 'two');
      await isLive('bad', 'one');
    },
  };
}

/** No revision is lost, locked, or made without need; the newest one is the one that is deployed. */
function expectSound(revisions: readonly StoredRevision[], needed: number, failedRuns: number): void {
  const told = revisions.map(({ revision, status }) => `${String(revision)} ${status}`).join(', ');
  const numbers = revisions.map(({ revision }) => revision);
  expect(numbers, told).to.deep.equal(revisions.map((_, index) => index + 1));
  const statuses = revisions.map(({ status }) => status);
  expect(statuses.pop(), told).to.equal('deployed');
  expect(statuses.filter((status) => !['superseded', 'failed'].includes(status))).to.deep.equal([]);
  // A run that failed shows in the log or, where the operator was not answered either after it, in Helm's storage alone.
  const failed = statuses.filter((status) => status === 'failed').length - (needed === ROLLED_BACK ? 1 : 0);
  const most = needed + Math.max(failedRuns, failed);
  expect(revisions.length, `${told}; ${String(failedRuns)} runs of helm failed`).to.be.within(needed, most);
}

/** The revisions of an upgrade that is rolled back: what was there, what failed, and what was there again. */
const ROLLED_BACK = 3;

/** How often helm failed for a release, by the operator's own log. */
function failedRuns(log: string, releaseName: string): number {
  return log
    .split('\n')
    .filter((line) => line.includes(`"release":"${releaseName}"`))
    .filter((line) => /"error":"(?:installation|upgrade|rollback) failed: /.test(line))
    .filter((line) => !/"error":"upgrade failed: .*it was not ready within/.test(line)).length;
}
