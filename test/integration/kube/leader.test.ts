import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { awaitTerm } from '../../../src/kube/leader/election.ts';
import { LEASES } from '../../../src/kube/leader/lease.ts';
import type { Lease, LeaseTimes } from '../../../src/kube/leader/lease.ts';
import { openTermCredentials } from '../../../src/kube/leader/term-credentials.ts';
import type { TermCredentials } from '../../../src/kube/leader/term-credentials.ts';
import type { Term } from '../../../src/kube/leader/term.ts';
import { SECRETS } from '../../../src/kube/resource-type.ts';
import type { KubeObject } from '../../../src/kube/resource-type.ts';
import { createResource } from '../../../src/kube/resource.ts';
import type { Resource } from '../../../src/kube/resource.ts';
import type { Transport } from '../../../src/kube/transport.ts';
import { systemClock, systemRandom } from '../../../src/telemetry/clock.ts';
import { createLogger, silentLogger } from '../../../src/telemetry/logger.ts';
import { eventually, open, startCluster, type Cluster } from './cluster.ts';

/** A fifth of the real ones. */
const TIMES: LeaseTimes = { durationMs: 3_000, renewDeadlineMs: 2_000, renewEveryMs: 400, lookEveryMs: 200 };
const NAMESPACE = 'default';

describe('those that share a lease', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let direct: Transport;
  let proxied: Transport;
  let leases: Resource<Lease>;
  let name: string;
  let stop: AbortController;
  const terms: Term[] = [];

  before(async () => {
    cluster = await startCluster();
    direct = open(cluster.plane.kubeconfig);
    proxied = open(cluster.proxy.kubeconfig, { requestTimeoutMs: 500 });
    leases = createResource<Lease>(direct, LEASES);
  });
  after(async () => {
    direct.close();
    proxied.close();
    await cluster.stop();
  });
  let count = 0;
  beforeEach(() => {
    name = `lease-${String(count++)}`;
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort(new Error('the test is over'));
    await Promise.all(terms.splice(0).map((term) => term.end()));
  });

  const tokenOf = async ({
    namespace,
    name: account,
  }: {
    namespace: string;
    name: string;
  }): Promise<string> => {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const answer = await cluster.plane.client.send('POST', path, body, 'application/json');
    return (answer.json() as { readonly status: { readonly token: string } }).status.token;
  };
  const holder = async (): Promise<string | undefined> =>
    (await leases.get({ namespace: NAMESPACE, name }, stop.signal))?.spec?.holderIdentity;
  const candidate = async (
    identity: string,
    {
      transport = direct,
      onHeld = () => undefined,
    }: { transport?: Transport; onHeld?: (ms: number) => void } = {},
  ): Promise<Term> => {
    const term = await awaitTerm(
      {
        leases: createResource<Lease>(transport, LEASES),
        ...{ namespace: NAMESPACE, name, identity, times: TIMES, onHeld },
        ...{ clock: systemClock, random: systemRandom, log: silentLogger },
      },
      stop.signal,
    );
    terms.push(term);
    return term;
  };

  it('never lead at the same time, however many begin at once', async () => {
    let leading = 0;
    const inTurn = async (identity: string): Promise<void> => {
      const term = await candidate(identity);
      leading += 1;
      expect(leading, 'leaders').to.equal(1);
      expect(await holder()).to.equal(identity);
      leading -= 1;
      await term.end();
    };
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(inTurn));

    const stored = await leases.get({ namespace: NAMESPACE, name }, stop.signal);
    expect(stored?.spec).to.include({ holderIdentity: '', leaseTransitions: 4 });
  });

  it('take over at once what is let go of', async () => {
    const first = await candidate('a');
    const second = candidate('b');
    await eventually(async () => {
      expect(await holder()).to.equal('a');
    });
    await first.end();
    const begun = performance.now();
    expect((await second).after).to.equal('let-go');
    expect(performance.now() - begun).to.be.below(2_000);
    expect(first.isValid()).to.equal(false);
  });

  it('wait until a lease has expired whose holder is gone, by what they have seen of it', async () => {
    // One that died: nobody renews it.
    await leases.create(
      {
        ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace: NAMESPACE, name } },
        spec: { holderIdentity: 'dead', leaseDurationSeconds: 3, renewTime: '2001-01-01T00:00:00.000000Z' },
      },
      stop.signal,
    );
    const begun = performance.now();
    expect((await candidate('b')).after).to.equal('expired');
    expect(performance.now() - begun).to.be.within(TIMES.durationMs, TIMES.durationMs + 2_000);
  });

  it('lose their term before anybody else can lead when they are cut off', async () => {
    let heldUntil = 0;
    const first = await candidate('cut-off', {
      transport: proxied,
      onHeld: (ms) => {
        heldUntil = ms;
      },
    });
    const cut = cluster.proxy.inject({ fault: { kind: 'stall' }, match: { resource: 'leases' } });
    try {
      const lost = new Promise<number>((resolve) => {
        first.lost.addEventListener('abort', () => {
          resolve(performance.now());
        });
      });
      const second = candidate('b').then(() => performance.now());
      const lostAt = await lost;
      expect(first.isValid()).to.equal(false);
      expect(String(first.lost.reason))
        .to.contain('could not be renewed')
        .and.contain('another replica may lead');
      expect(lostAt).to.be.closeTo(heldUntil, 200);
      // Time for the children to end.
      expect((await second) - lostAt).to.be.above(TIMES.durationMs - TIMES.renewDeadlineMs - 200);
      expect(await holder()).to.equal('b');
    } finally {
      cut.remove();
    }
  });

  it('keep it over short trouble, and over edits of somebody else', async () => {
    const first = await candidate('a', { transport: proxied });
    const trouble = cluster.proxy.inject({
      ...{ fault: { kind: 'answer', status: 500 }, match: { resource: 'leases', verb: 'update' }, times: 2 },
    });
    await eventually(() => {
      expect(trouble.hits()).to.equal(2);
    });
    await leases.mergePatch(
      { namespace: NAMESPACE, name },
      { metadata: { labels: { edited: 'yes' } } },
      stop.signal,
    );
    const edited = await leases.get({ namespace: NAMESPACE, name }, stop.signal);
    await eventually(async () => {
      const now = await leases.get({ namespace: NAMESPACE, name }, stop.signal);
      expect(now?.spec?.renewTime).not.to.equal(edited?.spec?.renewTime);
      expect(now?.metadata.labels).to.deep.equal({ edited: 'yes' });
    });
    expect(first.isValid()).to.equal(true);
  });

  it('lose it as soon as they see that another one has it', async () => {
    const first = await candidate('a');
    const now = await leases.get({ namespace: NAMESPACE, name }, stop.signal);
    if (now === undefined) throw new Error('there is no lease');
    await leases.mergePatch(
      { namespace: NAMESPACE, name },
      { spec: { holderIdentity: 'thief' } },
      stop.signal,
    );
    await eventually(() => {
      expect(String(first.lost.reason)).to.contain('is held by thief');
    }, TIMES.renewEveryMs * 5);
    await first.end();
    expect(await holder()).to.equal('thief');
  });

  it('have helm act with a token that ends when the next one leads', async () => {
    const account = { namespace: NAMESPACE, name: `operator-${name}` };
    const accounts = createResource<KubeObject>(direct, {
      ...SECRETS,
      kind: 'ServiceAccount',
      plural: 'serviceaccounts',
    });
    await accounts.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }, stop.signal);
    const own = await tokenOf(account);
    const logged: string[] = [];
    const term = (token: string): Promise<TermCredentials> =>
      openTermCredentials(
        {
          ...{ transport: direct, namespace: NAMESPACE, name },
          credentials: { current: () => Promise.resolve({ token }) },
          log: createLogger({ format: 'fmt', level: 'info', write: (line) => logged.push(line) }),
        },
        stop.signal,
      );
    const mayAsk = async (token: string | undefined): Promise<number> =>
      (
        await cluster.plane.client.send(
          'POST',
          '/apis/authentication.k8s.io/v1/tokenreviews',
          { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } },
          'application/json',
        )
      ).text.includes('"authenticated":true')
        ? 200
        : 401;

    const first = await term(own);
    expect(await mayAsk(first.token())).to.equal(200);
    const second = await term(own);
    expect([first.hadOthers, second.hadOthers]).to.deep.equal([false, true]);
    const begun = performance.now();
    // The API server remembers for ten seconds whom it believed.
    await eventually(async () => {
      expect(await mayAsk(first.token())).to.equal(401);
    });
    console.log(
      `      the token of the term before was refused after ${((performance.now() - begun) / 1000).toFixed(1)} s`,
    );
    expect(performance.now() - begun).to.be.below(12_000);
    expect(await mayAsk(second.token())).to.equal(200);
    await Promise.all([first.end(), second.end()]);
    const secrets = await createResource<KubeObject>(direct, SECRETS).list(
      { namespace: NAMESPACE, labelSelector: 'helm-release-operator.io/term-of' },
      stop.signal,
    );
    expect(secrets.items).to.deep.equal([]);

    expect((await term('no token of an account')).token()).to.equal(undefined);
    await accounts.delete(account, {}, stop.signal);
    expect((await term(own)).token()).to.equal(undefined);
    expect(logged.join(''))
      .to.contain("helm's credentials do not end with the lead of this replica")
      .and.not.to.contain(own);
  });

  it('stop waiting for it when they are told to', async () => {
    await candidate('a');
    const second = candidate('b');
    stop.abort(new Error('stopping'));
    expect(await second.catch(String)).to.equal('Error: stopping');
  });
});
