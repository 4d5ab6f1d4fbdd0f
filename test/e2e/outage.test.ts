import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { Fault, Match } from '../../hack/testenv/faults/fault.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { expectReady } from './bench.ts';
import { gatherFlock } from './flock.ts';
import { HELMS, OURS, startProxiedWorld } from './proxied.ts';
import type { ProxiedWorld } from './proxied.ts';
import { webRelease } from './world.ts';

const WATCHES: Match = { ...OURS, verb: 'watch' };
const NAMESPACE = 'stalls';

interface Readiness {
  readonly ready: boolean;
  readonly parts: readonly { readonly name: string; readonly ready: boolean; readonly why?: string }[];
}

describe('an operator', function () {
  this.timeout(90_000);
  let world: ProxiedWorld;
  let operator: OperatorProcess;

  before(async () => {
    world = await startProxiedWorld();
    operator = await world.operator();
    await world.cluster.createNamespace(NAMESPACE);
  });
  after(async () => {
    expect(await operator.stop()).to.equal(0);
    await world.stop();
  });

  const readiness = async (): Promise<Readiness & { readonly status: number }> => {
    const { status, body } = await operator.get('/readyz');
    return { status, ...(JSON.parse(body) as Readiness) };
  };
  const untilReady = async (): Promise<void> => {
    await eventually(async () => {
      expect(await readiness()).to.include({ status: 200, ready: true });
    }, 60_000);
  };
  const apply = (name: string): Promise<string> => world.cluster.apply(webRelease(world, NAMESPACE, name));
  const helmBegins = (namespace: string): Promise<void> =>
    eventually(() => {
      expect(world.proxy.requests({ ...HELMS, namespace })).not.to.deep.equal([]);
    });

  /** It takes 30 s to be noticed: other tests run meanwhile, before one looks again. */
  it('meets a request that is never answered, and goes on with the other releases', async () => {
    const stalled = world.proxy.inject({
      fault: { kind: 'stall' },
      match: { ...OURS, resource: 'helmreleases/status', name: 'unanswered' },
      times: 1,
    });
    await apply('unanswered');
    await eventually(() => {
      expect(stalled.hits()).to.equal(1);
    });

    await apply('besides');
    await world.until(NAMESPACE, 'besides', expectReady);
  });

  it('goes on with the other releases while a helm is not answered, and mends that one', async () => {
    const stalled = world.proxy.inject({
      fault: { kind: 'stall' },
      match: { ...HELMS, verb: 'patch', name: `${NAMESPACE}-hangs` },
      times: 1,
    });
    await apply('hangs');
    await eventually(() => {
      expect(stalled.hits()).to.equal(1);
    });
    await apply('passes');
    await world.until(NAMESPACE, 'passes', expectReady);

    world.proxy.strike({ kind: 'reset' }, { ...HELMS, name: `${NAMESPACE}-hangs` });

    await world.until(NAMESPACE, 'hangs', expectReady);
    expect(
      (await world.revisions(NAMESPACE, `${NAMESPACE}-hangs`)).map(({ status }) => status),
    ).to.deep.equal(['failed', 'deployed']);
  });

  const strikes: readonly Fault[] = [
    { kind: 'expire' },
    { kind: 'reset' },
    { kind: 'truncate', afterBytes: 0 },
    { kind: 'stall' },
  ];
  it('loses its watches in every way there is, and no release for it', async () => {
    const flock = await gatherFlock(world, operator, 'watches');
    await flock.begin();
    await helmBegins('watches');
    for (const fault of strikes) {
      const opened = world.proxy.requests(WATCHES).length;
      expect(world.proxy.strike(fault, WATCHES), fault.kind).to.be.at.least(8);
      // Silence is noticed only after minutes, or when the network ends the connection at last.
      if (fault.kind === 'stall') world.proxy.strike({ kind: 'reset' }, WATCHES);
      await eventually(() => {
        expect(world.proxy.requests(WATCHES).length, fault.kind).to.be.at.least(opened + 8);
      });
    }

    await flock.expectEnd();
    await untilReady();
  });

  it('has brought to its end what was never answered', async () => {
    await world.until(NAMESPACE, 'unanswered', expectReady, 45_000);

    expect(await world.revisions(NAMESPACE, `${NAMESPACE}-unanswered`)).to.have.length(1);
  });

  it('cannot reach the API server for a while: lives, says so, and brings everything to its end', async () => {
    const flock = await gatherFlock(world, operator, 'outage');
    await flock.begin();
    await helmBegins('outage');

    await world.proxy.down();
    await eventually(async () => {
      const { status, ready, parts } = await readiness();
      expect({ status, ready }).to.deep.equal({ status: 503, ready: false });
      const lost = parts.filter((part) => !part.ready);
      expect(lost.map(({ name }) => name)).to.include.members([
        'watch of helmreleases',
        'watch of helm-secrets',
      ]);
      for (const { name, why } of lost) expect(why, name).to.match(/cannot be reached|broke/);
      expect(await operator.metric('helm_release_operator_informer_connected')).to.equal(0);
    });
    expect(await operator.get('/healthz')).to.deep.equal({ status: 200, body: 'OK' });
    await eventually(async () => {
      expect(await operator.metric('helm_release_operator_helm_processes_running')).to.equal(0);
    });
    await world.proxy.up();

    await untilReady();
    await flock.expectEnd();
  });

  it('is started while the API server is away, and waits for it', async () => {
    await world.proxy.down();
    expect(await operator.stop(), 'exit status without an API server').to.equal(0);
    const key = { ...OURS, verb: 'get', name: 'helm-release-operator-digest-key' } as const;
    const refused = world.proxy.inject({ fault: { kind: 'answer', status: 500 }, match: key, times: 2 });
    const starting = world.operator();
    const up = setTimeout(() => void world.proxy.up(), 4_000);
    try {
      operator = await starting;
    } finally {
      clearTimeout(up);
      world.proxy.heal();
    }

    expect(refused.hits()).to.equal(2);
    expect(operator.log()).to.include('waiting for the digest key');
  });
});
