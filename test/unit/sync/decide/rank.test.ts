import { expect } from 'chai';
import { describe, it } from 'mocha';
import { rankOf } from '../../../../src/sync/decide/rank.ts';

const inOrder = (...kinds: readonly string[]): readonly string[] =>
  kinds
    .map((text) => {
      const [kind = '', group = ''] = text.split('.', 2).length === 1 ? [text] : split(text);
      return { text, rank: rankOf({ group, kind, namespace: '', name: 'a' }) };
    })
    .sort((one, other) => one.rank - other.rank)
    .map(({ text }) => text);

/** `Deployment.apps` */
function split(text: string): readonly [string, string] {
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}

describe('the order in which objects are applied', () => {
  it('is that of Helm', () => {
    const order = [
      'PriorityClass.scheduling.k8s.io',
      'Namespace',
      'NetworkPolicy.networking.k8s.io',
      'ServiceAccount',
      'Secret',
      'ConfigMap',
      'PersistentVolumeClaim',
      'CustomResourceDefinition.apiextensions.k8s.io',
      'ClusterRole.rbac.authorization.k8s.io',
      'Role.rbac.authorization.k8s.io',
      'RoleBinding.rbac.authorization.k8s.io',
      'Service',
      'Deployment.apps',
      'Job.batch',
      'Ingress.networking.k8s.io',
      'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
    ];

    expect(inOrder(...order.toReversed())).to.deep.equal(order);
  });

  it('has other kinds after all of Kubernetes’ own, and HelmReleases at the end', () => {
    const order = ['Service', 'APIService.apiregistration.k8s.io', 'Service.serving.knative.dev'];

    expect(inOrder('HelmRelease.helm.fluxcd.io', ...order.toReversed())).to.deep.equal([
      ...order,
      'HelmRelease.helm.fluxcd.io',
    ]);
  });

  it('knows somebody else’s kind of the name HelmRelease from ours', () => {
    expect(inOrder('HelmRelease.helm.fluxcd.io', 'HelmRelease.helm.toolkit.fluxcd.io')).to.deep.equal([
      'HelmRelease.helm.toolkit.fluxcd.io',
      'HelmRelease.helm.fluxcd.io',
    ]);
  });
});
