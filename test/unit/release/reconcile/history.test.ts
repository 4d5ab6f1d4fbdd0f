import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createPayloadReader } from '../../../../src/release/observe/payloads.ts';
import type { StoredRelease } from '../../../../src/helm/storage/stored-release.ts';
import { createWorld } from './world/world.ts';

const STARTING = { kind: 'progressing', why: 'Deployment shop/web: 0 of 1 pods are ready' } as const;
const signal = new AbortController().signal;

describe('what is remembered of a revision by its number', () => {
  it('is not believed of another release', async () => {
    const world = createWorld({ wait: true });
    await world.pass();
    world.health.set('b', STARTING);
    world.chart = 'b';
    world.subject.edit({ releaseName: 'other' });

    const moved = await world.pass();

    expect(moved.outcome).to.deep.equal({ kind: 'wait', ms: 60_000 });
    expect(world.status().history?.map(({ revision, result }) => [revision, result])).to.deep.equal([
      [1, 'Pending'],
    ]);
  });

  it('is not believed of a release that was installed anew', async () => {
    const world = createWorld({ wait: true });
    await world.pass();
    world.storage.remove('web');
    world.health.set('a', STARTING);

    const anew = await world.pass();

    expect(anew.runs).to.deep.equal(['helm install']);
    expect(anew.outcome).to.deep.equal({ kind: 'wait', ms: 60_000 });
    expect(world.condition('Ready')?.status).to.equal('Unknown');
  });

  it('is read again when an uninstall has come in between', async () => {
    const stored = [payloadWith('first'), payloadWith('second')];
    const readPayload = createPayloadReader({ read: () => Promise.resolve(stored.shift()) });
    const target = { namespace: 'shop', releaseName: 'web' };

    const namesOf = async (uid: string) =>
      (await readPayload(target, { revision: 1, uid }, signal))?.objects.map(({ name }) => name);

    expect(await namesOf('before')).to.deep.equal(['first']);
    expect(await namesOf('before')).to.deep.equal(['first']);
    expect(await namesOf('after')).to.deep.equal(['second']);
  });
});

function payloadWith(name: string): StoredRelease {
  return {
    name: 'web',
    namespace: 'shop',
    version: 1,
    info: { status: 'deployed', description: '', firstDeployed: '', lastDeployed: '' },
    chart: { metadata: {}, values: {}, templates: [] },
    config: {},
    configText: '',
    manifest: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`,
    hooks: [],
    applyMethod: 'server',
  };
}
