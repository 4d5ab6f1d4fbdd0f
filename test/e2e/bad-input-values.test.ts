import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { eventually } from '../support/eventually.ts';
import { testBadInputs } from './bad-input.ts';
import type { Bench } from './bench.ts';
import { eventsOf } from './trouble.ts';
import { webRelease } from './world.ts';

type Values = Readonly<Record<string, string>>;
type Reference = 'configMapKeyRef' | 'secretKeyRef';

const from = (reference: Reference, name: string, key?: string): Partial<HelmReleaseSpec> => ({
  valuesFrom: [{ [reference]: { name, ...(key === undefined ? {} : { key }) } }],
});

async function put(
  { apply, namespace }: Bench,
  kind: 'ConfigMap' | 'Secret',
  name: string,
  values: Values,
): Promise<void> {
  const content = kind === 'Secret' ? { stringData: values } : { data: values };
  await apply({ apiVersion: 'v1', kind, metadata: { name, namespace }, ...content });
}

async function drop({ world, namespace }: Bench, kind: 'configmap' | 'secret', name: string): Promise<void> {
  await world.cluster.kubectl('delete', kind, name, '-n', namespace);
}

describe('values that cannot be had', function () {
  this.timeout(90_000);
  const bench = testBadInputs({ namespace: 'bad-values' }, [
    {
      name: 'list',
      title: 'a document that is a list and not a map',
      begin: async (bench) => {
        await put(bench, 'ConfigMap', 'list', { 'values.yaml': 'text: one' });
        return from('configMapKeyRef', 'list');
      },
      spoil: async (bench) => {
        await put(bench, 'ConfigMap', 'list', { 'values.yaml': '- text: one' });
        return from('configMapKeyRef', 'list');
      },
      trouble: {
        step: 'values',
        says: ['ConfigMap bad-values/list key values.yaml', 'a list, not a map', 'correct the document'],
        stalled: false,
      },
      mend: async (bench) => {
        await put(bench, 'ConfigMap', 'list', { 'values.yaml': 'text: two' });
        return undefined;
      },
      noticed: true,
      revision: 2,
    },
    {
      name: 'yaml',
      title: 'a document that is not YAML',
      spoil: async (bench) => {
        await put(bench, 'Secret', 'yaml', { 'values.yaml': 'text: "hunter2\npassword: [hunter2' });
        return from('secretKeyRef', 'yaml');
      },
      trouble: {
        step: 'values',
        says: [
          'Secret bad-values/yaml key values.yaml',
          'not valid YAML at line 2',
          'correct the document',
          /^(?!.*hunter2)/,
        ],
        stalled: false,
      },
      mend: async (bench) => {
        await put(bench, 'Secret', 'yaml', { 'values.yaml': 'text: hello' });
        return undefined;
      },
      noticed: true,
      revision: 2,
    },
    {
      name: 'config-map',
      title: 'a ConfigMap that is missing',
      begin: async (bench) => {
        await put(bench, 'ConfigMap', 'missing', { 'values.yaml': 'text: one' });
        return from('configMapKeyRef', 'missing');
      },
      spoil: async (bench) => {
        await drop(bench, 'configmap', 'missing');
        return from('configMapKeyRef', 'missing');
      },
      trouble: {
        step: 'values',
        says: ['ConfigMap bad-values/missing', 'does not exist', 'as soon as it appears'],
        stalled: false,
      },
      mend: async (bench) => {
        await put(bench, 'ConfigMap', 'missing', { 'values.yaml': 'text: one' });
        return undefined;
      },
      noticed: true,
    },
    {
      name: 'secret',
      title: 'a Secret that is missing',
      spoil: () => Promise.resolve(from('secretKeyRef', 'missing', 'more.yaml')),
      trouble: {
        step: 'values',
        says: ['Secret bad-values/missing', 'key more.yaml', 'does not exist'],
        stalled: false,
      },
      mend: async (bench) => {
        await put(bench, 'Secret', 'missing', { 'more.yaml': 'text: two' });
        return undefined;
      },
      noticed: true,
      revision: 2,
    },
    {
      name: 'key',
      title: 'a key that is missing',
      spoil: async (bench) => {
        await put(bench, 'ConfigMap', 'keys', { 'values.yml': 'text: two' });
        return from('configMapKeyRef', 'keys');
      },
      trouble: { step: 'values', says: ['ConfigMap bad-values/keys', 'no key values.yaml'], stalled: false },
      mend: async (bench) => {
        await put(bench, 'ConfigMap', 'keys', { 'values.yaml': 'text: two' });
        return undefined;
      },
      noticed: true,
      revision: 2,
    },
  ]);

  it('takes spec.values that is no map for none, as 1.4.4 did, and says so in an Event', async () => {
    const { world, namespace, apply, untilReady } = bench();
    await apply(webRelease(world, namespace, 'odd', { values: ['text: one'] }));
    const { metadata } = await untilReady('odd');

    await eventually(async () => {
      const [event] = await eventsOf(world, metadata, 'ValuesWarning');
      expect(event).to.include({
        type: 'Warning',
        message: 'spec.values is not a map: it counts as empty',
      });
    });
  });
});
