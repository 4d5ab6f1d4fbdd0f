import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmRelease } from '../../../../src/api/helm-release.ts';
import { ApiError } from '../../../../src/kube/errors.ts';
import { createSurroundings } from '../../../../src/release/observe/surroundings.ts';
import type { Surroundings } from '../../../../src/release/observe/surroundings.ts';

/** As the API server says it, word for word. */
const REFUSALS = {
  crdTerminating: refusal(403, 'create not allowed while custom resource definition is terminating'),
  namespaceTerminating: refusal(
    403,
    'unable to create new content in namespace shop because it is being terminated',
  ),
  noRight: refusal(403, 'User "system:serviceaccount:ops:operator" cannot create resource'),
  missing: refusal(404, 'namespaces "shop" not found'),
  there: refusal(409, 'secrets "is-the-namespace-there" already exists'),
} as const;

function refusal(status: number, message: string): ApiError {
  return new ApiError(message, { status, statusReason: '' });
}

const release: HelmRelease = {
  apiVersion: 'helm.fluxcd.io/v1',
  kind: 'HelmRelease',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { chart: {} },
};
const signal = new AbortController().signal;
const beyond = (): Promise<never> => Promise.reject(new Error('this is beyond a namespace'));

/** What an operator with rights in one namespace sees, whose attempts to create something there are answered so. */
function inOneNamespace(answer: ApiError | undefined): Surroundings {
  const dryRunCreate = <T>(object: T): Promise<T> =>
    answer === undefined ? Promise.resolve(object) : Promise.reject(answer);
  return createSurroundings({
    definitions: { get: beyond },
    namespaces: { get: beyond },
    releases: { dryRunCreate },
    secrets: { dryRunCreate },
    sees: 'namespace',
  });
}

describe('the surroundings of a release, for whom one namespace is all the world', () => {
  it('tell by an attempt to create a HelmRelease whether the definition goes', async () => {
    const goes = (answer: ApiError | undefined): Promise<boolean> =>
      inOneNamespace(answer).isCrdTerminating(release, signal);

    expect(await goes(undefined)).to.equal(false);
    expect(await goes(REFUSALS.crdTerminating)).to.equal(true);
    expect(await goes(REFUSALS.missing)).to.equal(true);
    expect(await goes(REFUSALS.namespaceTerminating), 'the definition is looked at first').to.equal(false);
    const guess = await goes(REFUSALS.noRight).catch((error: unknown) => error);
    expect(String(guess)).to.include('let the operator create HelmReleases (it only asks, in a dry run)');
  });

  it('tell by an attempt to create a Secret how a namespace is', async () => {
    const rows: readonly (readonly [ApiError | undefined, boolean, boolean])[] = [
      [undefined, false, false],
      [REFUSALS.there, false, false],
      [REFUSALS.noRight, false, false],
      [REFUSALS.namespaceTerminating, true, false],
      [REFUSALS.missing, false, true],
    ];
    for (const [answer, terminating, missing] of rows) {
      const { isNamespaceTerminating, isNamespaceMissing } = inOneNamespace(answer);
      expect(await isNamespaceTerminating('shop', signal), String(answer)).to.equal(terminating);
      expect(await isNamespaceMissing('shop', signal), String(answer)).to.equal(missing);
    }
  });

  it('tell the same by an attempt to create a HelmRelease, for whom these are all the world', async () => {
    const rows: readonly (readonly [ApiError | undefined, boolean, boolean])[] = [
      [undefined, false, false],
      [REFUSALS.noRight, false, false],
      [REFUSALS.namespaceTerminating, true, false],
      [REFUSALS.missing, false, true],
    ];
    for (const [answer, terminating, missing] of rows) {
      const { isNamespaceTerminating, isNamespaceMissing } = createSurroundings({
        definitions: { get: beyond },
        namespaces: { get: beyond },
        secrets: { dryRunCreate: beyond },
        releases: {
          dryRunCreate: (object) => (answer === undefined ? Promise.resolve(object) : Promise.reject(answer)),
        },
        sees: 'releases',
      });
      expect(await isNamespaceTerminating('shop', signal), String(answer)).to.equal(terminating);
      expect(await isNamespaceMissing('shop', signal), String(answer)).to.equal(missing);
    }
  });

  it('are not guessed when the server fails', async () => {
    const failed = refusal(500, 'etcdserver: leader changed');
    const { isNamespaceTerminating, isCrdTerminating } = inOneNamespace(failed);

    expect(await isNamespaceTerminating('shop', signal).catch((error: unknown) => error)).to.equal(failed);
    expect(await isCrdTerminating(release, signal).catch((error: unknown) => error)).to.equal(failed);
  });
});
