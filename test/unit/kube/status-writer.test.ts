import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { API_VERSION, KIND } from '../../../src/api/names.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import type { Resource } from '../../../src/kube/resource.ts';
import { createStatusWriter } from '../../../src/kube/status-writer.ts';

const { signal } = new AbortController();
const conflict = new ApiError('the object has been modified', { status: 409, statusReason: 'Conflict' });

const releaseAt = (resourceVersion: string, uid = 'a'): HelmRelease => ({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { name: 'web', namespace: 'shop', uid, resourceVersion },
  spec: { chart: {}, releaseName: `as of ${resourceVersion}` },
});

/** An API server that holds one HelmRelease and takes a status on its newest state only. */
function serverWith(stored: HelmRelease | undefined) {
  const written: HelmRelease[] = [];
  const releases: Pick<Resource<HelmRelease>, 'replaceStatus' | 'get'> = {
    get: () => Promise.resolve(stored),
    replaceStatus: (release) => {
      if (release.metadata.resourceVersion !== stored?.metadata.resourceVersion)
        return Promise.reject(conflict);
      written.push(release);
      return Promise.resolve(release);
    },
  };
  const known: HelmRelease[] = [];
  const upsert = (release: HelmRelease): 'updated' => {
    known.push(release);
    return 'updated';
  };
  return { write: createStatusWriter(releases as Resource<HelmRelease>, { upsert }), written, known };
}

describe('a status that is written', () => {
  it('is written again, on the newest object, when that was changed meanwhile', async () => {
    const { write, written, known } = serverWith(releaseAt('2'));

    await write(releaseAt('1'), { phase: 'Succeeded' }, signal);

    expect(written).to.deep.equal([{ ...releaseAt('2'), status: { phase: 'Succeeded' } }]);
    expect(known).to.deep.equal(written);
  });

  it('is not written to another object of the same name', async () => {
    const { write, written } = serverWith(releaseAt('2', 'b'));

    const error = await write(releaseAt('1'), { phase: 'Succeeded' }, signal).catch(
      (caught: unknown) => caught,
    );

    expect(error).to.equal(conflict);
    expect(written).to.deep.equal([]);
  });
});
