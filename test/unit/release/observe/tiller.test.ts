import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { ObjectMap } from '../../../../src/kube/store.ts';
import { createTillerRecordOf, TILLER_INDEXES } from '../../../../src/release/observe/tiller.ts';

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

  it('name the object that keeps a release, whatever kind it is', () => {
    expect(recordOf('web')).to.equal('kube-system/web.v2');
    expect(recordOf('db')).to.equal('kube-system/db.v1');
  });

  it('say nothing of a release that is gone or was never there', () => {
    for (const name of ['gone', 'api', 'none']) expect(recordOf(name), name).to.equal(undefined);
  });
});
