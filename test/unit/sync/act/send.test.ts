import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { applyStage } from '../../../../src/sync/act/apply-stage.ts';
import { send } from '../../../../src/sync/act/send.ts';
import { conflict, live, MANAGER, never, refusal, task, world } from './support.ts';

const ignored = [['spec', 'replicas']];
const web = { ...task('Deployment.apps', 'web', { spec: { replicas: 2, paused: true } }), ignored };
const own = { manager: MANAGER, operation: 'Apply', fieldsV1: { 'f:spec': { 'f:replicas': {} } } };
const hpa = { ...own, manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale' };

/** With so many replicas, which this manager has set. */
const scaled = (replicas: number, by: object, resourceVersion = '7'): KubeObject => ({
  ...live('web', { managedFields: [by], resourceVersion }),
  ...{ spec: { replicas } },
});

describe('applying an object with ignored fields', () => {
  it('sends all that Git has of one that is not there', async () => {
    const sent: KubeObject[] = [];
    const { calls, ports } = world({ apply: (object) => (sent.push(object), Promise.resolve(live('web'))) });

    await send(web, ports, { force: false }, never());

    expect(calls).to.deep.equal(['get web', 'apply web']);
    expect(sent).to.deep.equal([web.object]);
  });

  it('looks once more when somebody was faster, and leaves them what they set', async () => {
    const states = [scaled(2, own), scaled(5, hpa, '8')];
    const specs: unknown[] = [];
    const { calls, ports } = world({
      get: () => Promise.resolve(states.shift()),
      apply: (object) => {
        const { spec } = object as { spec?: unknown };
        specs.push([spec, object.metadata.resourceVersion]);
        return states.length > 0
          ? Promise.reject(refusal(409, 'Conflict', 'the object has been modified'))
          : Promise.resolve(live('web'));
      },
    });

    await send(web, ports, { force: true }, never());

    expect(calls).to.deep.equal(['get web', 'apply web by force', 'get web', 'apply web by force']);
    expect(specs).to.deep.equal([
      [{ replicas: 2, paused: true }, '7'],
      [{ paused: true }, undefined],
    ]);
  });

  it('gives up when somebody is faster again and again, and any other fault at once, such as a field of another manager', async () => {
    const faults = [
      refusal(409, 'Conflict', 'the object has been modified'),
      conflict(['.spec.paused', 'kubectl']),
      refusal(422, 'Invalid', 'no'),
    ];
    const tries = await Promise.all(
      faults.map(async (fault) => {
        const { calls, ports } = world({ apply: () => Promise.reject(fault) });
        const end = await send(web, ports, { force: false }, never()).catch((caught: unknown) => caught);
        expect(end).to.equal(fault);
        return calls.filter((call) => call === 'apply web').length;
      }),
    );
    expect(tries).to.deep.equal([3, 1, 1]);
  });

  it('needs no force for what others set there, and counts none of it as ours', async () => {
    const { ports, calls } = world({
      get: () => Promise.resolve(scaled(5, hpa)),
      apply: () => Promise.resolve(scaled(5, own)),
      ports: { forceConflicts: false },
    });

    const result = await applyStage([web, { ...web, ignored: [] }], ports, never());

    expect(calls.join()).not.to.include('force');
    const [left, all] = result.objects.map(({ fields }) => fields);
    expect(left).not.to.equal(all);
    const { ports: later } = world({
      get: () => Promise.resolve(scaled(5, hpa)),
      apply: () => Promise.resolve(scaled(5, { ...own, fieldsV1: {} })),
    });
    expect((await applyStage([web], later, never())).objects[0]?.fields).to.equal(left);
  });
});
