import { expect } from 'chai';
import { describe, it } from 'mocha';
import { UnreachableError } from '../../../../src/kube/errors.ts';
import { applyStage } from '../../../../src/sync/act/apply-stage.ts';
import { ownerLabels } from '../../../../src/sync/desire/mark.ts';
import { conflict, live, MANAGER, never, refusal, task, world } from './support.ts';

const RBAC = 'rbac.authorization.k8s.io';
const there = (name: string, resourceVersion = '7') => Promise.resolve(live(name, { resourceVersion }));
const kubectl = {
  managedFields: [{ manager: 'kubectl-client-side-apply', operation: 'Update', apiVersion: 'v1' }],
};

describe('applying a stage', () => {
  it('tries everything, tells what is to come, and applies by rank', async () => {
    const { calls, ports } = world();

    const result = await applyStage(
      [task('Deployment.apps', 'web'), task('ConfigMap', 'config')],
      ports,
      never(),
    );

    expect(calls).to.deep.equal([
      'try web',
      'try config',
      'announce web config',
      'apply config',
      'apply web',
    ]);
    expect(result).to.have.property('kind', 'applied');
    expect(
      result.objects.map(({ id, uid, existed, changed }) => [id.name, uid, existed, changed]),
    ).to.deep.equal([
      ['config', 'uid-config', false, true],
      ['web', 'uid-web', false, true],
    ]);
  });

  it('does nothing for nothing', async () => {
    const { calls, ports } = world();

    expect(await applyStage([], ports, never())).to.deep.equal({
      ...{ kind: 'applied', objects: [], warnings: [] },
    });
    expect(calls).to.deep.equal([]);
  });

  it('applies nothing for one document that is refused, and tells of all that are', async () => {
    const { calls, ports } = world({
      apply: ({ metadata: { name } }) =>
        name === 'good' ? there(name) : Promise.reject(refusal(422, 'Invalid', `${name} is wrong`)),
    });

    const result = await applyStage(
      ['bad', 'good', 'worse'].map((name) => task('ConfigMap', name)),
      ports,
      never(),
    );

    expect(result).to.deep.include({ kind: 'refused', step: 'dryRun', retry: 'after-change', objects: [] });
    expect(result.kind === 'refused' && result.faults.map(({ why }) => why)).to.deep.equal([
      'bad is wrong',
      'worse is wrong',
    ]);
    expect(calls).to.deep.equal(['try bad', 'try good', 'get good', 'try worse']);
  });

  it('tells what existed, and that nothing changed', async () => {
    const { calls, ports } = world({ apply: ({ metadata: { name } }) => there(name) });

    const result = await applyStage([task('ConfigMap', 'web')], ports, never());

    expect(calls).to.deep.equal(['try web', 'get web', 'announce web!', 'apply web']);
    expect(result.objects[0]).to.include({ existed: true, changed: false });
  });

  it('takes fields of a person by force and tells them, or refuses', async () => {
    const contested = {
      get: () => there('web'),
      apply: (_: unknown, { force }: { readonly force: boolean }) =>
        force ? there('web') : Promise.reject(conflict(['.data.a', 'kubectl-edit'])),
    };
    const { calls, ports } = world(contested);

    const taken = await applyStage([task('ConfigMap', 'web')], ports, never());
    const left = await applyStage(
      [task('ConfigMap', 'web')],
      world({ ...contested, ports: { forceConflicts: false } }).ports,
      never(),
    );

    expect(calls).to.deep.equal([
      ...['try web', 'get web', 'try web by force', 'announce web!', 'apply web by force'],
    ]);
    expect(taken.objects[0]?.taken).to.deep.equal([{ field: '.data.a', manager: 'kubectl-edit' }]);
    expect(left).to.include({ kind: 'refused', step: 'dryRun', retry: 'backoff' });
    expect(left).to.have.nested.property('faults[0].field', 'data.a');
  });

  it('never takes an object of another GitSync, by force or without', async () => {
    const labels = ownerLabels({ namespace: 'team-b', name: 'apps' });
    for (const forceConflicts of [true, false]) {
      const { calls, ports } = world({
        get: () => Promise.resolve(live('web', { labels })),
        apply: () => Promise.reject(conflict(['.metadata.labels.x', 'gitsync:team-b/apps'])),
        ports: { forceConflicts },
      });

      const result = await applyStage([task('ConfigMap', 'web')], ports, never());

      expect(result)
        .to.have.nested.property('faults[0].why')
        .that.matches(/^it belongs to GitSync team-b\/apps/);
      expect(calls).to.deep.equal(['try web', 'get web']);
    }
  });

  it('applies nothing to an object that is being deleted', async () => {
    const { ports } = world({
      apply: () => Promise.resolve(live('web', { deletionTimestamp: '2026-01-01T00:00:00Z' })),
    });

    const result = await applyStage([task('ConfigMap', 'web')], ports, never());

    expect(result).to.include({ kind: 'refused', retry: 'backoff' });
    expect(result).to.have.nested.property('faults[0].why').that.contains('is being deleted');
  });

  it('folds what kubectl applied before the first apply, and takes nothing by it', async () => {
    const { calls, ports } = world({
      get: () => Promise.resolve(live('web', kubectl)),
      apply: (_, { force, dryRun }) =>
        force || dryRun !== true
          ? Promise.resolve(live('web', { ...kubectl, resourceVersion: dryRun === true ? '7' : '9' }))
          : Promise.reject(conflict(['.data.a', 'kubectl-client-side-apply'])),
      ports: { forceConflicts: false },
    });

    const result = await applyStage([task('ConfigMap', 'web')], ports, never());

    expect(calls).to.deep.equal([
      ...['try web', 'get web', 'try web by force', 'announce web!', 'get web', 'fold web', 'apply web'],
    ]);
    expect(result.objects[0]).to.deep.include({ existed: true, changed: true, taken: [] });
  });

  it('takes no field that it was not told of: one that came after the dry run is looked at again', async () => {
    let owner: string | undefined;
    const { calls, ports } = world({
      get: () => there('web'),
      apply: (_, { force, dryRun }) => {
        if (dryRun === true || force) return there('web', force ? '9' : '7');
        owner = 'kubectl-edit';
        return Promise.reject(conflict(['.data.a', owner]));
      },
    });

    const result = await applyStage([task('ConfigMap', 'web')], ports, never());

    expect(calls).to.deep.equal([
      'try web',
      'get web',
      'announce web!',
      'apply web',
      'get web',
      'apply web by force',
    ]);
    expect(result.objects[0]?.taken).to.deep.equal([{ field: '.data.a', manager: 'kubectl-edit' }]);
  });

  it('excuses what needs an object of the same stage, and applies that before', async () => {
    const missing = refusal(404, 'NotFound', 'rolebindings "reader" not found', {
      ...{ name: 'reader', group: RBAC, kind: 'rolebindings' },
    });
    const { calls, ports } = world({
      apply: ({ kind, metadata: { name } }, { dryRun }) =>
        dryRun === true && kind === 'RoleBinding' ? Promise.reject(missing) : there(name),
    });
    const binding = task(`RoleBinding.${RBAC}`, 'reader', { roleRef: { kind: 'Role', name: 'reader' } });

    const alone = await applyStage([binding], ports, never());
    const both = await applyStage([binding, task(`Role.${RBAC}`, 'reader')], ports, never());

    expect(alone)
      .to.have.nested.property('faults[0].why')
      .that.matches(/^it needs roles "reader"/);
    expect(both).to.deep.include({ kind: 'applied', warnings: [] });
    expect(both.objects.map(({ id }) => id.kind)).to.deep.equal(['Role', 'RoleBinding']);
    expect(calls).to.contain('announce reader reader!');
  });

  it('stops after the rank in which something was refused, and tells what was applied', async () => {
    const { calls, ports } = world({
      apply: ({ metadata: { name } }, { dryRun }) =>
        dryRun !== true && name === 'bad'
          ? Promise.reject(refusal(403, 'Forbidden', 'quota exceeded'))
          : there(name),
    });

    const result = await applyStage(
      [task('ConfigMap', 'good'), task('Service', 'bad'), task('Deployment.apps', 'web')],
      ports,
      never(),
    );

    expect(result).to.include({ kind: 'refused', step: 'apply', retry: 'backoff' });
    expect(result.objects.map(({ id }) => id.name)).to.deep.equal(['good']);
    expect(calls.slice(-2)).to.deep.equal(['apply good', 'apply bad']);
  });

  it('throws for trouble of the platform, which says nothing about the documents', async () => {
    for (const trouble of [new UnreachableError('away'), refusal(503, '', 'busy')]) {
      const { ports } = world({ apply: () => Promise.reject(trouble) });

      const caught: unknown = await applyStage([task('ConfigMap', 'web')], ports, never()).catch(
        (error: unknown) => error,
      );

      expect(caught).to.equal(trouble);
    }
  });

  it('waits until its definitions are served, and is refused if they are not', async () => {
    const crd = task('CustomResourceDefinition.apiextensions.k8s.io', 'a.b');
    const { calls, ports } = world();
    const late = world({ ports: { definitionsServed: () => Promise.resolve([{ why: 'late' }]) } });

    await applyStage([task('Namespace', 'shop'), crd], ports, never());
    const result = await applyStage([crd], late.ports, never());

    expect(calls.slice(-3)).to.deep.equal(['apply shop', 'apply a.b', 'await a.b']);
    expect(result).to.deep.include({
      kind: 'refused',
      step: 'apply',
      retry: 'backoff',
      faults: [{ why: 'late' }],
    });
    expect(result.objects.map(({ id }) => id.name)).to.deep.equal(['a.b']);
  });

  it('acts under its own manager, strictly', async () => {
    const seen: unknown[] = [];
    const { ports } = world({
      apply: (_, options) => {
        seen.push(options);
        return there('web');
      },
    });

    await applyStage([task('ConfigMap', 'web')], ports, never());

    const how = { fieldManager: MANAGER, force: false, fieldValidation: 'Strict' };
    expect(seen).to.deep.equal([{ ...how, dryRun: true }, how]);
  });
});
