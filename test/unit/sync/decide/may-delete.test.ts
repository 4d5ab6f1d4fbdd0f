import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PRUNE_ANNOTATION } from '../../../../src/api/names.ts';
import { type MayDelete, mayDelete } from '../../../../src/sync/decide/may-delete.ts';
import { ownerLabels } from '../../../../src/sync/desire/mark.ts';
import type { Entry } from '../../../../src/sync/inventory/entry.ts';

const SYNC = { namespace: 'team', name: 'apps' };
const labels = ownerLabels(SYNC);

function entry(more: Partial<Entry> = {}, kind = 'ConfigMap', group = ''): Entry {
  return {
    id: { group, kind, namespace: 'shop', name: 'web' },
    ...{ version: 'v1', uid: 'u1', commit: 'c1', made: true },
    ...more,
  };
}

const { uid: _, ...intent } = entry();
const pruning = (value: string): object => ({ annotations: { [PRUNE_ANNOTATION]: value } });
const crd = entry({}, 'CustomResourceDefinition', 'apiextensions.k8s.io');

const cases: readonly (readonly [string, Entry, object | undefined, MayDelete['kind'], string?])[] = [
  ['that it made', entry(), {}, 'delete'],
  ['that is not there', entry(), undefined, 'gone'],
  ['whose name another one has', entry(), { uid: 'u2' }, 'gone'],
  ['that is being deleted', entry(), { deletionTimestamp: '2026-01-01T00:00:00Z' }, 'gone'],
  ['without its labels', entry(), { labels: {} }, 'keep', 'labels'],
  ['of another', entry(), { labels: ownerLabels({ namespace: 'team', name: 'other' }) }, 'keep', 'labels'],
  ['that was only meant to be applied, and was', intent, {}, 'delete'],
  ['that was only meant to be applied, and is not ours', intent, { labels: {} }, 'keep', 'labels'],
  ['that was there before', entry({ made: false }), {}, 'keep', 'there before'],
  ['that was there before, and may', entry({ made: false }), pruning('allow'), 'delete'],
  ['that may not', entry(), pruning('disabled'), 'keep', 'disabled'],
  [
    'that Flux was told to leave',
    entry(),
    { annotations: { 'fluxcd.io/ignore': 'true' } },
    'keep',
    'fluxcd.io',
  ],
  ['that is a namespace', entry({}, 'Namespace'), {}, 'keep', 'what is in it'],
  ['that is a claim', entry({}, 'PersistentVolumeClaim'), {}, 'keep', 'what is in it'],
  ['that is a volume', entry({}, 'PersistentVolume'), {}, 'keep', 'what is in it'],
  ['that is a definition', crd, {}, 'keep', 'what is in it'],
  ['that is a definition, and may', crd, pruning('allow'), 'delete'],
  ["that is somebody else's Namespace", entry({}, 'Namespace', 'example.com'), {}, 'delete'],
];

describe('an object that has left Git', () => {
  for (const [what, known, live, kind, why = ''] of cases) {
    it(`${what}: ${kind}`, () => {
      const metadata = { name: 'web', namespace: 'shop', uid: 'u1', labels, ...live };

      const may = mayDelete(known, live === undefined ? undefined : { metadata }, SYNC);

      expect(may.kind).to.equal(kind);
      if (may.kind === 'delete') expect(may.uid).to.equal('u1');
      if (may.kind === 'keep') expect(may.why).to.contain(why);
    });
  }
});
