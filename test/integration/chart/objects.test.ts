import { expect } from 'chai';
import { describe, it } from 'mocha';
import { find, podOf, render } from './chart.ts';
import { PROFILES } from './profiles.ts';

describe('the objects of the chart', function () {
  this.timeout(30_000);

  it('are no more than the operator needs, by default', async () => {
    expect((await render()).map(({ kind }) => kind).sort()).to.deep.equal([
      'ClusterRole',
      'ClusterRoleBinding',
      'Deployment',
      'Service',
      'ServiceAccount',
    ]);
  });

  it('are found by one monitor only once, with webhooks beside the metrics', async () => {
    const objects = await render(PROFILES['everything']);
    const monitor = find(objects, 'ServiceMonitor')?.spec as {
      readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    };
    const found = objects.filter(
      ({ kind, metadata }) =>
        kind === 'Service' &&
        Object.entries(monitor.selector.matchLabels).every(
          ([key, value]) => metadata.labels?.[key] === value,
        ),
    );

    expect(found.map(({ metadata }) => metadata.name)).to.deep.equal(['helm-operator']);
    expect(find(objects, 'ServiceMonitor')?.metadata.labels).to.include({ a: 'b', app: 'helm-operator' });
    expect(find(objects, 'Service', 'helm-operator-webhooks')).not.to.equal(undefined);
  });

  it('let in those that the network policy names, to the port that is theirs', async () => {
    const from = [{ namespaceSelector: { matchLabels: { team: 'monitoring' } } }];

    expect(find(await render(PROFILES['everything']), 'NetworkPolicy')?.spec).to.deep.include({
      policyTypes: ['Ingress'],
      ingress: [
        { ports: [{ port: 'http' }], from },
        { ports: [{ port: 'webhooks' }], from },
      ],
    });
    expect(find(await render({ networkPolicy: { create: true } }), 'NetworkPolicy')?.spec).to.deep.include({
      ingress: [{ ports: [{ port: 'http' }] }],
    });
  });

  it('are those beside it too, with the release in them', async () => {
    const beside = find(await render(PROFILES['everything']), 'ConfigMap', 'beside-helm-operator');

    expect(beside?.data).to.deep.equal({ of: 'flux' });
  });

  it('have the image by its tag, and by its digest if it is given', async () => {
    const imageOf = async (image: object): Promise<string> =>
      podOf(await render({ image })).spec.containers[0].image;
    const digest = `sha256:${'0'.repeat(64)}`;

    expect(await imageOf({})).to.equal('helm-release-operator:0.1.0');
    expect(await imageOf({ repository: 'registry.example.com/hro', tag: '1' })).to.equal(
      'registry.example.com/hro:1',
    );
    expect(await imageOf({ digest })).to.equal(`helm-release-operator:0.1.0@${digest}`);
  });
});
