import { expect } from 'chai';
import { signal, type Bench } from './harness.ts';
import { failure, ok, requestsFor } from './requests.ts';

/** Uninstalls that meet trouble: nothing of ours stays behind unseen, and nothing of others goes. */
export function describeUninstalls(bench: () => Bench): void {
  it('tells which objects it left to somebody else', async () => {
    const { helm, storage, web, namespace, kubectl, binary } = bench();
    const requests = requestsFor({ namespace: await namespace('foreign'), name: 'web' }, web);
    ok(await helm.install(requests.install, signal));
    await kubectl(
      'annotate',
      'configmap',
      'web',
      '-n',
      'foreign',
      '--overwrite',
      'meta.helm.sh/release-name=other',
    );

    const outcome = await helm.uninstall(requests.uninstall, signal);

    // Helm before 4.3 does not ask whose it is.
    const left = binary.major === 4 ? [{ kind: 'ConfigMap', name: 'web', why: 'foreign' }] : [];
    expect(outcome).to.deep.include({ kind: 'ok', left });
    expect(await storage.list('foreign', 'web', signal)).to.deep.equal([]);
    const names = await kubectl('get', 'configmap,service', '-n', 'foreign', '-o', 'name');
    expect(names.includes('configmap/web')).to.equal(binary.major === 4);
    expect(names).to.not.contain('service/web');
  });

  it('does not forget a release whose objects it could not ask about, and finishes the next time', async () => {
    const { storage, web, namespace, proxy, another, helm, kubectl } = bench();
    const requests = requestsFor({ namespace: await namespace('unasked'), name: 'web' }, web);
    ok(await helm.install(requests.install, signal));
    const harmed = another({ kubeconfigPath: () => Promise.resolve(proxy.kubeconfig) });
    const fault = proxy.inject({
      fault: { kind: 'answer', status: 500 },
      match: { verb: ['get', 'delete'], resource: 'services', namespace: 'unasked' },
    });

    const failed = failure(await harmed.uninstall(requests.uninstall, signal));

    expect(fault.hits()).to.be.greaterThan(0);
    expect(failed.message).to.not.equal('failed to delete release: web');
    expect((await storage.list('unasked', 'web', signal)).map(({ status }) => status)).to.deep.equal([
      'uninstalling',
    ]);

    fault.remove();
    ok(await harmed.uninstall(requests.uninstall, signal));
    expect(await storage.list('unasked', 'web', signal)).to.deep.equal([]);
    expect(await kubectl('get', 'service', '-n', 'unasked', '-o', 'name')).to.equal('');
  });

  it('says why objects could not be deleted', async () => {
    const { web, namespace, another, helm, kubectl, apply } = bench();
    const requests = requestsFor({ namespace: await namespace('forbidden'), name: 'web' }, web);
    ok(await helm.install(requests.install, signal));
    await apply(roleWithoutDelete('forbidden'));
    await kubectl('create', 'rolebinding', 'poor', '-n', 'forbidden', '--role=poor', '--user=poor');
    const kubeconfig = await bench().kubeconfigAs('poor');

    const failed = failure(
      await another({ kubeconfigPath: () => Promise.resolve(kubeconfig) }).uninstall(
        requests.uninstall,
        signal,
      ),
    );

    expect(failed).to.deep.equal({
      class: 'FORBIDDEN',
      message:
        'user poor may not delete services in namespace forbidden: allow it by a Role and a RoleBinding',
    });
  });

  it('keeps what the chart wants kept, and says so', async () => {
    const { helm, namespace, chart, kubectl } = bench();
    const path = await chart('keeper', {
      'templates/kept.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: kept\n  annotations: {helm.sh/resource-policy: keep}\n',
    });
    const requests = requestsFor({ namespace: await namespace('kept'), name: 'keeper' }, path);
    ok(await helm.install(requests.install, signal));

    const outcome = await helm.uninstall(requests.uninstall, signal);

    expect(outcome).to.deep.include({ kind: 'ok', left: [{ kind: 'ConfigMap', name: 'kept', why: 'kept' }] });
    expect(await kubectl('get', 'configmap', 'kept', '-n', 'kept', '-o', 'name')).to.equal('configmap/kept');
  });

  it('finishes what was interrupted after everything was deleted', async () => {
    const { helm, web, namespace, storage, cli } = bench();
    const requests = requestsFor({ namespace: await namespace('half'), name: 'web' }, web);
    ok(await helm.install(requests.install, signal));
    await cli('uninstall', 'web', '-n', 'half', '--keep-history');

    const outcome = await helm.uninstall(requests.uninstall, signal);

    expect(outcome.kind).to.equal('ok');
    expect(await storage.list('half', 'web', signal)).to.deep.equal([]);
  });
}

function roleWithoutDelete(namespace: string): object {
  const all = ['get', 'list', 'watch', 'create', 'update', 'patch'];
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'poor', namespace },
    rules: [
      { apiGroups: [''], resources: ['secrets', 'configmaps', 'serviceaccounts'], verbs: ['*'] },
      { apiGroups: ['', 'apps'], resources: ['services', 'deployments'], verbs: all },
    ],
  };
}
