import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ApiError, UnreachableError } from '../../../../src/kube/errors.ts';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { ObjectMap } from '../../../../src/kube/store.ts';
import {
  createTillerLookup,
  createTillerRecordOf,
  TILLER_INDEXES,
} from '../../../../src/release/observe/tiller.ts';

const { signal } = new AbortController();

function record(name: string, labels: Readonly<Record<string, string>>): KubeObject {
  return { metadata: { namespace: 'kube-system', name, labels } };
}

function storeOf(...objects: readonly KubeObject[]): ObjectMap<KubeObject> {
  const store = new ObjectMap<KubeObject>(TILLER_INDEXES);
  for (const object of objects) store.set(object);
  return store;
}

describe('the records of Tiller', () => {
  const of = (NAME: string, STATUS: string) => ({ OWNER: 'TILLER', NAME, STATUS, VERSION: '1' });
  const configMaps = storeOf(
    record('web.v1', of('web', 'SUPERSEDED')),
    record('web.v2', of('web', 'DEPLOYED')),
    record('gone.v1', of('gone', 'DELETED')),
    record('other', { OWNER: 'somebody', NAME: 'api', STATUS: 'DEPLOYED' }),
  );
  const secrets = storeOf(record('db.v1', of('db', 'FAILED')));
  const recordOf = createTillerRecordOf([secrets, configMaps]);

  it('name the object that keeps a release, whatever kind it is', async () => {
    expect(await recordOf('web', signal)).to.equal('kube-system/web.v2');
    expect(await recordOf('db', signal)).to.equal('kube-system/db.v1');
  });

  it('say nothing of a release that is gone or was never there', async () => {
    for (const name of ['gone', 'api', 'none'])
      expect(await recordOf(name, signal), name).to.equal(undefined);
  });
});

describe('the records of Tiller in a namespace that is not watched', () => {
  const forbidden = new ApiError('no rights', { status: 403, statusReason: 'Forbidden' });
  const records = [record('web.v2', { OWNER: 'TILLER', NAME: 'web', STATUS: 'DEPLOYED' })];

  /** Secrets and ConfigMaps, of which nobody may read those that are missing. */
  function bench(...kinds: readonly (readonly KubeObject[] | undefined)[]) {
    const asked: string[] = [];
    const told: string[] = [];
    const lookup = createTillerLookup(
      kinds.map((items) => ({
        list: ({ namespace = '', labelSelector = '' }) => {
          asked.push(`${namespace} ${labelSelector}`);
          return items === undefined
            ? Promise.reject(forbidden)
            : Promise.resolve({ items: [...items], resourceVersion: '' });
        },
      })),
      (namespace) => told.push(namespace),
    );
    return { asked, told, recordOf: createTillerRecordOf([], lookup) };
  }

  it('are asked for by name', async () => {
    const { asked, told, recordOf } = bench([], records);

    expect(await recordOf('web', signal)).to.equal('kube-system/web.v2');
    expect(asked).to.deep.equal(Array(2).fill('kube-system OWNER=TILLER,NAME=web'));
    expect(told).to.deep.equal([]);
  });

  it('are not asked for again where that is forbidden, which is told once', async () => {
    const { asked, told, recordOf } = bench(undefined, undefined);

    for (const name of ['web', 'web', 'db']) expect(await recordOf(name, signal)).to.equal(undefined);

    expect(asked).to.have.length(2);
    expect(told).to.deep.equal(['kube-system']);
  });

  it('are found in what may be read though the rest may not', async () => {
    const { told, recordOf } = bench(undefined, records);

    for (let n = 0; n < 2; n++) expect(await recordOf('web', signal)).to.equal('kube-system/web.v2');
    expect(told).to.deep.equal(['kube-system']);
  });

  it('are not asked for of a name that could be none', async () => {
    const { asked, recordOf } = bench(records);

    expect(await recordOf('web,OWNER!=TILLER', signal)).to.equal(undefined);
    expect(asked).to.deep.equal([]);
  });

  it('are no reason to install while there is no answer', async () => {
    const away = createTillerLookup(
      [{ list: () => Promise.reject(new UnreachableError('away')) }],
      () => undefined,
    );

    const failed: unknown = await away('web', signal).catch((caught: unknown) => caught);
    expect(failed).to.be.instanceOf(UnreachableError);
  });
});
