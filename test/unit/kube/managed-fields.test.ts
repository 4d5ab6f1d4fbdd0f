import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ApiError } from '../../../src/kube/errors.ts';
import {
  conflictsIn,
  foldedManagers,
  ownFields,
  pathsIn,
  type ManagedEntry,
} from '../../../src/kube/managed-fields.ts';
import type { KubeObject } from '../../../src/kube/resource-type.ts';

const ME = 'gitsync:team-a/production';
const entry = (manager: string, fieldsV1: object, more: Partial<ManagedEntry> = {}): ManagedEntry => ({
  ...{ manager, operation: 'Update', apiVersion: 'v1', time: '2026-01-01T00:00:00Z' },
  ...{ fieldsType: 'FieldsV1', fieldsV1: fieldsV1 as Record<string, unknown> },
  ...more,
});
const applied = (fieldsV1: object, more: Partial<ManagedEntry> = {}): ManagedEntry =>
  entry(ME, fieldsV1, { operation: 'Apply', ...more });
const object = (...managedFields: readonly ManagedEntry[]): KubeObject => ({
  metadata: { name: 'web', managedFields } as KubeObject['metadata'],
});

describe('conflicts of an apply', () => {
  const refusal = (status: number, causes: object[]): ApiError =>
    new ApiError('no', { status, statusReason: 'Conflict', details: { causes } });
  const cause = (message: string, reason = 'FieldManagerConflict') => ({
    ...{ reason, message, field: '.spec.replicas' },
  });

  it('tell field and manager, and the subresource it went through', () => {
    const error = refusal(409, [
      cause('conflict with "kubectl-patch" using v1'),
      cause('conflict with "kubectl" with subresource "scale" using apps/v1 at 2026-01-01T00:00:00Z'),
      cause('conflict with "a \\"b\\" using v1"'),
      cause('something the server says one day'),
    ]);

    expect(conflictsIn(error).map(({ manager }) => manager)).to.deep.equal([
      'kubectl-patch',
      'kubectl (subresource scale)',
      'a "b" using v1',
      'something the server says one day',
    ]);
    expect(conflictsIn(error)[0]?.field).to.equal('.spec.replicas');
  });

  it('are none when it failed for something else', () => {
    expect(conflictsIn(refusal(409, []))).to.deep.equal([]);
    expect(conflictsIn(refusal(409, [cause('x', 'FieldValueInvalid')]))).to.deep.equal([]);
    expect(conflictsIn(refusal(422, [cause('conflict with "a" using v1')]))).to.deep.equal([]);
  });
});

describe('our own fields', () => {
  const before = applied({ 'f:data': { 'f:a': {} } });

  it('have a hash that moves with what we own, and with when we wrote it', () => {
    const hash = ownFields(object(before), ME);

    expect(hash).to.match(/^[0-9a-f]{16}$/);
    expect(ownFields(object(entry('other', { 'f:data': { 'f:b': {} } }), before), ME)).to.equal(hash);
    expect(ownFields(object(applied({ 'f:data': {} })), ME)).not.to.equal(hash);
    expect(ownFields(object({ ...before, time: '2026-01-01T00:00:01Z' }), ME)).not.to.equal(hash);
  });

  it('are none of what we updated, wrote through a subresource, or another one applied', () => {
    const others = [
      entry(ME, {}),
      { ...before, subresource: 'status' },
      { ...before, manager: 'gitsync:team-b/x' },
    ];

    expect(ownFields(object(...others), ME)).to.equal(undefined);
    expect(ownFields({ metadata: { name: 'bare' } }, ME)).to.equal(undefined);
  });
});

describe('folding other managers into ours', () => {
  const from = new Set(['kubectl-client-side-apply', 'before-first-apply']);
  const kubectl = entry('kubectl-client-side-apply', {
    'f:data': { '.': {}, 'f:a': {}, 'f:gone': {} },
    'f:metadata': { 'f:labels': { 'f:old': {} } },
  });

  it('makes one entry of theirs and ours', () => {
    const mine = applied({ 'f:data': { 'f:a': {}, 'f:b': {} } }, { time: '2026-02-02T00:00:00Z' });
    const edit = entry('kubectl-edit', { 'f:data': { 'f:c': {} } });

    expect(foldedManagers([kubectl, edit, mine], from, ME)).to.deep.equal([
      {
        ...mine,
        fieldsV1: {
          'f:data': { '.': {}, 'f:a': {}, 'f:b': {}, 'f:gone': {} },
          'f:metadata': { 'f:labels': { 'f:old': {} } },
        },
      },
      edit,
    ]);
  });

  it('makes theirs ours where we have applied nothing', () => {
    expect(foldedManagers([kubectl], from, ME)).to.deep.equal([
      { ...kubectl, manager: ME, operation: 'Apply' },
    ]);
  });

  it('leaves what went through a subresource, and what is in another version', () => {
    const status = { ...kubectl, subresource: 'status' };
    const old = { ...kubectl, apiVersion: 'v1beta1' };
    const entries = [applied({ 'f:data': {} }), status, old];

    expect(foldedManagers(entries, from, ME)).to.deep.equal(entries);
  });

  it('changes nothing when there is nothing to fold, and nothing the second time', () => {
    const entries = [entry('kubectl-edit', { 'f:data': {} })];
    const once = foldedManagers([kubectl, ...entries], from, ME);

    expect(foldedManagers(entries, from, ME)).to.equal(entries);
    expect(foldedManagers(once, from, ME)).to.equal(once);
  });
});

describe('paths of managed fields', () => {
  it('are written as messages of conflicts write them', () => {
    const fields = {
      'f:spec': {
        'f:replicas': {},
        'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {} } },
        'f:finalizers': { 'v:"a"': {} },
      },
    };

    expect(pathsIn(fields)).to.deep.equal([
      '.spec.replicas',
      '.spec.containers[name="web"].image',
      '.spec.finalizers["a"]',
    ]);
  });
});
