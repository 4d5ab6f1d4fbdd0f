import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ApiError } from '../../../src/kube/errors.ts';
import type { KubeObject } from '../../../src/kube/resource-type.ts';
import { requireUninstall } from '../../../src/operator/require-uninstall.ts';

const { signal } = new AbortController();

function recordOf(version: number, status: string): KubeObject {
  const labels = { owner: 'helm', name: 'ours', version: String(version), status };
  return { metadata: { name: `sh.helm.release.v1.ours.v${String(version)}`, namespace: 'flux', labels } };
}

/** What is said against it, with records in Secrets and in ConfigMaps; undefined where nothing is. */
async function refusal(...kinds: readonly (readonly KubeObject[])[]): Promise<string | undefined> {
  const ports = kinds.map((items) => ({
    list: ({ namespace = '', labelSelector = '' }) => {
      expect(`${namespace} ${labelSelector}`).to.equal('flux owner=helm,name=ours');
      return Promise.resolve({ items: [...items], resourceVersion: '1' });
    },
  }));
  try {
    await requireUninstall('flux', 'ours', ports, signal);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('whether helm is uninstalling a release', () => {
  it('is told by its newest record, in Secrets or in ConfigMaps', async () => {
    const records = [recordOf(10, 'uninstalling'), recordOf(9, 'superseded'), recordOf(2, 'superseded')];

    expect(await refusal(records, [])).to.equal(undefined);
    expect(await refusal([], records)).to.equal(undefined);
  });

  it('is not so where the newest is in use, whatever was before', async () => {
    const said = await refusal([recordOf(10, 'deployed'), recordOf(9, 'uninstalling')], []);

    expect(said).to.include('nothing was done, because release flux/ours is deployed');
    expect(said).to.include('helm template --no-hooks');
  });

  it('is not so where helm has made none', async () => {
    expect(await refusal([], [])).to.include('there is no release flux/ours');
  });

  it('is not taken for so by whoever may not look', async () => {
    const refused = new ApiError('forbidden', { status: 403, statusReason: 'Forbidden' });
    const ports = [{ list: () => Promise.reject(refused) }];
    const failed = await requireUninstall('flux', 'ours', ports, signal).catch((error: unknown) => error);

    expect(failed).to.equal(refused);
  });
});
