import { expect } from 'chai';
import { leftBehind } from '../../../src/helm/left-behind.ts';

describe('leftBehind', () => {
  it('reads what helm 4.3 left to others and what it could not ask about', () => {
    const output = `2 resource(s) were not deleted because they are not owned by this release:
[Service] web
[ConfigMap] web

1 resource(s) were not deleted because their ownership could not be verified:
[Deployment] web: deployments.apps "web" is forbidden: User "me" cannot get it

release "web" uninstalled
`;

    expect(leftBehind(output)).to.deep.equal([
      { kind: 'Service', name: 'web', why: 'foreign' },
      { kind: 'ConfigMap', name: 'web', why: 'foreign' },
      {
        kind: 'Deployment',
        name: 'web',
        why: 'unverified',
        detail: 'deployments.apps "web" is forbidden: User "me" cannot get it',
      },
    ]);
  });

  it('reads what the chart wants kept', () => {
    const output =
      'These resources were kept due to the resource policy:\n[PersistentVolumeClaim] data\n\nrelease "web" uninstalled\n';

    expect(leftBehind(output)).to.deep.equal([{ kind: 'PersistentVolumeClaim', name: 'data', why: 'kept' }]);
  });

  it('finds nothing where everything was deleted', () => {
    expect(leftBehind('release "web" uninstalled\n')).to.deep.equal([]);
  });
});
