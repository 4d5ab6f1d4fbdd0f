import { expect } from 'chai';
import { createDiscovery, type Discovery } from '../../../src/kube/discovery.ts';
import { failureOf, never } from './support/fakes.ts';
import { apiFailure, fakeTransport, type FakeTransport } from './support/fake-transport.ts';

const APPS = {
  resources: [
    { name: 'deployments', kind: 'Deployment', namespaced: true },
    { name: 'deployments/scale', kind: 'Scale', namespaced: true },
    { name: 'deployments/status', kind: 'Deployment', namespaced: true },
  ],
};

describe('discovery', () => {
  let nowMs: number;
  const discover = (transport: FakeTransport): Discovery =>
    createDiscovery(transport, { clock: { now: () => new Date(0), monotonicMs: () => nowMs } });
  beforeEach(() => {
    nowMs = 0;
  });

  it('finds where the objects of a kind are kept', async () => {
    const discovery = discover(fakeTransport(() => APPS));

    expect(await discovery.find('apps/v1', 'Deployment', never())).to.deep.equal({
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
      plural: 'deployments',
      namespaced: true,
    });
  });

  it('knows the core group, which has no name', async () => {
    const transport = fakeTransport(() => ({
      resources: [{ name: 'namespaces', kind: 'Namespace', namespaced: false }],
    }));

    const type = await discover(transport).find('v1', 'Namespace', never());

    expect(type).to.include({ group: '', version: 'v1', plural: 'namespaces', namespaced: false });
    expect(transport.requests[0]?.path).to.equal('/api/v1');
  });

  it('does not take a subresource for a kind', async () => {
    expect(await discover(fakeTransport(() => APPS)).find('apps/v1', 'Scale', never())).to.equal(undefined);
  });

  it('asks once for all kinds of a group version, and for all who ask at once', async () => {
    const transport = fakeTransport(() => APPS);
    const discovery = discover(transport);

    await Promise.all([1, 2, 3].map(() => discovery.find('apps/v1', 'Deployment', never())));
    nowMs = 1_000_000;
    await discovery.find('apps/v1', 'Deployment', never());

    expect(transport.requests).to.have.length(1);
  });

  it('looks again for a kind that was not there, but not more often than every few seconds', async () => {
    const transport = fakeTransport((_, nth) => {
      if (nth === 1) throw apiFailure(404);
      return APPS;
    });
    const discovery = discover(transport);

    expect(await discovery.find('apps/v1', 'Deployment', never())).to.equal(undefined);
    nowMs = 4_999;
    expect(await discovery.find('apps/v1', 'Deployment', never())).to.equal(undefined);
    expect(transport.requests).to.have.length(1);
    nowMs = 5_000;
    expect(await discovery.find('apps/v1', 'Deployment', never())).to.include({ plural: 'deployments' });
  });

  it('looks again at once for what it was told to forget', async () => {
    const transport = fakeTransport((_, nth) => (nth === 1 ? { resources: [] } : APPS));
    const discovery = discover(transport);
    expect(await discovery.find('apps/v1', 'Deployment', never())).to.equal(undefined);

    discovery.forget('apps/v1');

    expect(await discovery.find('apps/v1', 'Deployment', never())).to.include({ plural: 'deployments' });
  });

  it('does not believe an answer that was asked for before it was told to forget', async () => {
    const transport = fakeTransport((_, nth) => (nth === 1 ? { resources: [] } : APPS));
    const discovery = discover(transport);
    const old = discovery.find('apps/v1', 'Deployment', never());

    discovery.forget('apps/v1');
    const fresh = discovery.find('apps/v1', 'Deployment', never());

    expect(await old).to.equal(undefined);
    expect(await fresh).to.include({ plural: 'deployments' });
    expect(await discovery.find('apps/v1', 'Deployment', never())).to.include({ plural: 'deployments' });
    expect(transport.requests).to.have.length(2);
  });

  it('does not take trouble for the absence of a kind', async () => {
    const transport = fakeTransport((_, nth) => {
      if (nth === 1) throw apiFailure(503);
      return APPS;
    });
    const discovery = discover(transport);

    expect((await failureOf(discovery.find('apps/v1', 'Deployment', never()))).message).to.contain('503');
    expect(await discovery.find('apps/v1', 'Deployment', never())).to.include({ plural: 'deployments' });
  });

  it('serves the others when one of those who wait for it leaves', async () => {
    const discovery = discover(fakeTransport(() => APPS));
    const leaving = new AbortController();
    const left = failureOf(discovery.find('apps/v1', 'Deployment', leaving.signal));
    const staying = discovery.find('apps/v1', 'Deployment', never());

    leaving.abort(new Error('left'));

    expect((await left).message).to.equal('left');
    expect(await staying).to.include({ plural: 'deployments' });
  });

  it('asks for nothing that is no apiVersion: it comes from a chart and goes into a path', async () => {
    const transport = fakeTransport(() => APPS);
    const discovery = discover(transport);

    for (const apiVersion of ['', 'v1/../../secrets', 'apps/v1/x', '../v1', 'apps/v1?x=1', 'apps/']) {
      expect(await discovery.find(apiVersion, 'Deployment', never()), apiVersion).to.equal(undefined);
    }
    expect(transport.requests).to.deep.equal([]);
  });
});
