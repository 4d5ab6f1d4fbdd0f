import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { kubeconfigText } from '../../../hack/testenv/control-plane/kubeconfig.ts';
import { readConfig } from '../../../src/config.ts';
import { loadConnection } from '../../../src/kube/connection.ts';
import { LEASES } from '../../../src/kube/leader/lease.ts';
import type { Lease } from '../../../src/kube/leader/lease.ts';
import { SECRETS } from '../../../src/kube/resource-type.ts';
import { createResource } from '../../../src/kube/resource.ts';
import type { Resource } from '../../../src/kube/resource.ts';
import type { Transport } from '../../../src/kube/transport.ts';
import { createLeadership } from '../../../src/operator/leadership.ts';
import type { Leadership, Leading } from '../../../src/operator/leadership.ts';
import { systemClock, systemRandom } from '../../../src/telemetry/clock.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { eventually, open, startCluster, type Cluster } from '../kube/cluster.ts';

const NAMESPACE = 'default';
const LEASE = { namespace: NAMESPACE, name: 'helm-release-operator' };
const ACCOUNT = 'operator';
const TERMS = { namespace: NAMESPACE, labelSelector: 'helm-release-operator.io/term-of' };

describe('a replica that is elected', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let admin: Transport;
  let leases: Resource<Lease>;
  let kubeconfig: string;
  let stop: AbortController;
  const begun: Promise<Leading>[] = [];

  before(async () => {
    cluster = await startCluster();
    admin = open(cluster.plane.kubeconfig);
    leases = createResource<Lease>(admin, LEASES);
    const { send } = cluster.plane.client;
    await send('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: ACCOUNT } });
    await send('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: ACCOUNT },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: NAMESPACE }],
    });
    const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${ACCOUNT}/token`;
    const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const answer = (await send('POST', path, asked)).json() as {
      readonly status: { readonly token: string };
    };
    kubeconfig = join(cluster.dir, 'operator.kubeconfig');
    const { url, caPem } = cluster.proxy;
    await writeFile(kubeconfig, kubeconfigText({ url, caPem, token: answer.status.token }), { mode: 0o600 });
  });
  after(async () => {
    admin.close();
    await cluster.stop();
  });
  beforeEach(() => {
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort(new Error('the test is over'));
    for (const one of await Promise.allSettled(begun.splice(0)))
      if (one.status === 'fulfilled') await one.value.end();
    await leases.delete(LEASE, {}, AbortSignal.timeout(5_000)).catch(() => undefined); // not each test leaves one
  });

  interface Replica {
    readonly leadership: Leadership;
    readonly begin: (signal?: AbortSignal) => Promise<Leading>;
    readonly log: () => string;
  }

  const replica = (): Replica => {
    const startup = readConfig(['--leader-elect'], {});
    if (startup.kind !== 'run') throw new Error('it would not run');
    const lines: string[] = [];
    const leadership = createLeadership({
      ...{ config: startup.config, env: {}, version: 'test', clock: systemClock, random: systemRandom },
      log: createLogger({ format: 'fmt', level: 'info', write: (line) => lines.push(line) }),
    });
    const begin = (signal = stop.signal): Promise<Leading> => {
      const leading = leadership.begin(
        {
          ...{ connection: loadConnection({ kubeconfig, env: {} }), namespace: NAMESPACE },
          ...{ ports: { api: 1, webhooks: 2 }, onStandBy: () => undefined, holdUntil: () => undefined },
        },
        signal,
      );
      begun.push(leading);
      return leading;
    };
    return { leadership, begin, log: () => lines.join('') };
  };
  const storedLease = async (): Promise<Lease> => {
    const lease = await leases.get(LEASE, stop.signal);
    if (lease === undefined) throw new Error('there is no lease');
    return lease;
  };
  const termSecrets = async (): Promise<number> =>
    (await createResource(admin, SECRETS).list(TERMS, stop.signal)).items.length;

  it('lets go of the lease when it is stopped before it has the credentials of its term', async () => {
    const trouble = cluster.proxy.inject({
      fault: { kind: 'answer', status: 500 },
      match: { resource: 'serviceaccounts/token' },
    });
    const first = replica();
    const stopped = new AbortController();
    const leading = first.begin(stopped.signal);
    await eventually(() => {
      expect(trouble.hits()).to.be.at.least(1);
    });
    expect(first.leadership.readiness()).to.deep.include({
      ...{ name: 'leader election', ready: false, why: 'about to lead' },
    });

    stopped.abort(new Error('stopping'));

    expect(await leading.catch(String)).to.equal('Error: stopping');
    expect((await storedLease()).spec?.holderIdentity).to.equal('');
    trouble.remove();
    const next = replica();
    const asked = performance.now();
    await next.begin();
    expect(performance.now() - asked).to.be.below(2_000);
    // What the one before had begun to make is gone.
    expect(await termSecrets()).to.equal(1);
  });

  it('goes on when the answers are lost that gave it the lease, its Secret and its token', async () => {
    const lost = (['leases', 'secrets', 'serviceaccounts/token'] as const).map((resource) =>
      cluster.proxy.inject({
        fault: { kind: 'reset', afterBytes: 1 },
        match: { resource, verb: 'create' },
        times: 1,
      }),
    );
    const first = replica();

    await first.begin();

    expect(lost.map((each) => each.hits())).to.deep.equal([1, 1, 1]);
    expect(first.leadership.isLeading()).to.equal(true);
    expect(first.leadership.token()).to.be.a('string');
    expect(await termSecrets()).to.equal(1);
    expect((await storedLease()).spec?.leaseTransitions).to.be.at.most(1);
  });

  it('keeps the lead when the answer to a renewal is lost', async () => {
    const first = replica();
    const { lost } = await first.begin();
    const before = (await storedLease()).spec?.renewTime;
    const cut = cluster.proxy.inject({
      ...{ fault: { kind: 'reset', afterBytes: 1 }, match: { resource: 'leases', verb: 'update' }, times: 1 },
    });
    await eventually(async () => {
      expect(cut.hits()).to.equal(1);
      expect((await storedLease()).spec?.renewTime).not.to.equal(before);
    });
    const renewed = (await storedLease()).spec?.renewTime;
    await eventually(async () => {
      expect((await storedLease()).spec?.renewTime).not.to.equal(renewed);
    });
    expect(lost.aborted).to.equal(false);
    expect(first.leadership.isLeading()).to.equal(true);
  });

  it('gives up when its lease is deleted, and whoever takes it waits until that is sure', async () => {
    const first = replica();
    const { lost } = await first.begin();
    const former = first.leadership.token();
    await leases.delete(LEASE, {}, stop.signal);
    const second = replica();
    const asked = performance.now();
    const next = second.begin();
    await eventually(() => {
      expect(String(lost.reason)).to.match(/the lease default\/helm-release-operator is held by/);
    });
    expect(first.leadership.fence()?.message).to.be.a('string');

    await next;

    expect(performance.now() - asked).to.be.at.least(15_000);
    expect(second.log()).to.contain('the lease was taken away from another replica by hand');
    expect(second.leadership.token()).to.be.a('string').and.not.equal(former);
    expect(await termSecrets()).to.equal(1);
  });
});
