import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ManagedEntry } from '../../../../src/kube/managed-fields.ts';
import type { JsonPatchOperation } from '../../../../src/kube/resource.ts';
import { fold } from '../../../../src/sync/act/fold.ts';
import { foldableIn, mayNeedFold } from '../../../../src/sync/act/foldable.ts';
import { live, MANAGER, never, refusal, task, world } from './support.ts';

const REF = { namespace: 'shop', name: 'web' };
const entry = (manager: string, operation: string, more: ManagedEntry = {}): ManagedEntry => ({
  ...{ manager, operation, apiVersion: 'v1', fieldsV1: { 'f:data': { [`f:${manager}`]: {} } } },
  ...more,
});
const KUBECTL = entry('kubectl-client-side-apply', 'Update');
const MINE = entry(MANAGER, 'Apply');
const managed = (...managedFields: readonly ManagedEntry[]) => live('web', { managedFields });
const names = (...entries: readonly ManagedEntry[]): readonly string[] => [
  ...foldableIn(managed(...entries), MANAGER),
];
const { type } = task('ConfigMap', 'web');

describe('managers whose fields become ours', () => {
  it('are kubectl’s with our first apply only', () => {
    expect(names(KUBECTL)).to.deep.equal(['kubectl-client-side-apply']);
    expect(names(KUBECTL, MINE)).to.deep.equal([]);
  });

  it('are those of nobody, and of GitSyncs that have gone, at any time', () => {
    const nobody = entry('before-first-apply', 'Update');
    const gone = entry('gitsync:team-b/gone', 'Apply');

    expect(names(nobody, gone, MINE)).to.deep.equal(['before-first-apply', 'gitsync:team-b/gone']);
  });

  it('are not people, controllers, and what went through a subresource', () => {
    const status = { ...KUBECTL, subresource: 'status' };

    expect(names(entry('kubectl-edit', 'Update'), entry('kubectl', 'Apply'), status)).to.deep.equal([]);
  });

  it('cannot be told of the answer to an apply, which has our own entry already', () => {
    expect(mayNeedFold(managed(KUBECTL, MINE), MANAGER)).to.equal(true);
    expect(mayNeedFold(managed(MINE, entry('hpa', 'Update')), MANAGER)).to.equal(false);
  });
});

describe('folding', () => {
  it('makes the entries ours, unless the object has changed since', async () => {
    const patches: (readonly JsonPatchOperation[])[] = [];
    const { ports } = world({
      get: () => Promise.resolve(managed(KUBECTL)),
      jsonPatch: (_, operations) => {
        patches.push(operations);
        return Promise.resolve(live('web'));
      },
    });

    await fold(REF, MANAGER, ports.resourceOf(type), never());

    expect(patches).to.deep.equal([
      [
        {
          ...{ op: 'replace', path: '/metadata/managedFields' },
          value: [{ ...KUBECTL, manager: MANAGER, operation: 'Apply' }],
        },
        { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      ],
    ]);
  });

  it('looks again when somebody was faster, and finds it done', async () => {
    let looks = 0;
    const { calls, ports } = world({
      get: () => Promise.resolve((looks += 1) === 1 ? managed(KUBECTL) : managed(MINE)),
      jsonPatch: () => Promise.reject(refusal(409, 'Conflict', 'the object has been modified')),
    });

    await fold(REF, MANAGER, ports.resourceOf(type), never());

    expect(calls).to.deep.equal(['get web', 'fold web', 'get web']);
  });

  it('gives up when somebody is always faster', async () => {
    const { calls, ports } = world({
      get: () => Promise.resolve(managed(KUBECTL)),
      jsonPatch: () => Promise.reject(refusal(409, 'Conflict', 'the object has been modified')),
    });

    const caught: unknown = await fold(REF, MANAGER, ports.resourceOf(type), never()).catch(
      (error: unknown) => error,
    );

    expect(caught).to.include({ status: 409 });
    expect(calls.filter((call) => call === 'fold web')).to.have.length(3);
  });

  it('writes nothing for an object that has gone', async () => {
    const { calls, ports } = world();

    await fold(REF, MANAGER, ports.resourceOf(type), never());

    expect(calls).to.deep.equal(['get web']);
  });
});
