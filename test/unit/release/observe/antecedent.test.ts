import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ANTECEDENT_ANNOTATION } from '../../../../src/api/names.ts';
import type { ObjectRef } from '../../../../src/health/objects.ts';
import { ApiError } from '../../../../src/kube/errors.ts';
import type { ResourceType } from '../../../../src/kube/resource-type.ts';
import { createAntecedentOf } from '../../../../src/release/observe/antecedent.ts';

const signal = new AbortController().signal;
const target = { namespace: 'shop', releaseName: 'web' };
const revision = { revision: 1, uid: 'a' };
const typeOf = (kind: string): ResourceType => ({
  ...{ group: '', version: 'v1', plural: `${kind.toLowerCase()}s`, namespaced: true },
  kind,
});

/** Objects by name, with what 1.4.4 wrote on them; one of no known kind, and one that may not be read. */
function antecedentOf(annotations: Readonly<Record<string, string | undefined>>) {
  const objects: readonly ObjectRef[] = [
    { apiVersion: 'example.com/v1', kind: 'Unknown', namespace: 'shop', name: 'unknown' },
    { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'forbidden' },
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gone' },
    ...Object.keys(annotations).map((name) => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop' },
      name,
    })),
  ];
  const asked: string[] = [];
  const read = createAntecedentOf({
    readPayload: () =>
      Promise.resolve({ objects, hasHooks: false, hasSecrets: false, applyMethod: 'client' as const }),
    typeOf: (_apiVersion, kind) => Promise.resolve(kind === 'Unknown' ? undefined : typeOf(kind)),
    metadataOf: () => ({
      get: ({ name }) => {
        asked.push(name);
        if (name === 'forbidden')
          return Promise.reject(new ApiError('no', { status: 403, statusReason: 'Forbidden' }));
        if (name === 'gone') return Promise.resolve(undefined);
        const value = annotations[name];
        const written = value === undefined ? {} : { [ANTECEDENT_ANNOTATION]: value };
        return Promise.resolve({ metadata: { name, annotations: written } });
      },
    }),
  });
  return { asked, found: read(target, revision, signal) };
}

describe('for whom 1.4.4 made a release', () => {
  it('is what the first object says that says anything', async () => {
    const { asked, found } = antecedentOf({ silent: undefined, first: 'shop:helmrelease/web', second: 'x' });

    expect(await found).to.equal('shop/web');
    expect(asked).to.deep.equal(['forbidden', 'gone', 'silent', 'first']);
  });

  it('is not known when the first few objects do not say it', async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`object-${at}`, undefined]));
    const { asked, found } = antecedentOf(many);

    expect(await found).to.equal(undefined);
    expect(asked.length).to.be.below(6);
  });

  for (const odd of ['', 'shop', 'shop:web', 'shop:helmrelease/', ':helmrelease/web', 'a:helmrelease/b/c']) {
    it(`is not read from '${odd}'`, async () => {
      expect(await antecedentOf({ odd }).found).to.equal(undefined);
    });
  }
});
