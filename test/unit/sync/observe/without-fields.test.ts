import { expect } from 'chai';
import { describe, it } from 'mocha';
import { withoutFields } from '../../../../src/sync/observe/without-fields.ts';

const MARK = 'f:gitops.helm-release-operator.io/name';
const WEB = 'k:{"name":"web"}';
const LOG = 'k:{"name":"log"}';

const FIELDS = {
  'f:metadata': { 'f:labels': { '.': {}, 'f:app': {}, [MARK]: {} }, 'f:finalizers': { 'v:"a"': {} } },
  'f:spec': {
    'f:replicas': {},
    'f:selector': {},
    'f:containers': {
      [WEB]: { '.': {}, 'f:name': {}, 'f:image': {} },
      [LOG]: { '.': {}, 'f:name': {}, 'f:image': {} },
    },
  },
};
const spec = FIELDS['f:spec'];
const metadata = FIELDS['f:metadata'];

const without = (...paths: readonly string[]): object =>
  withoutFields(paths.map((path) => path.split('/')))(FIELDS);

describe('the fields beside those that are ignored', () => {
  it('are all of them when nothing is', () => {
    expect(without()).to.equal(FIELDS);
    expect(without('spec/other', 'spec/replicasets')).to.deep.equal(FIELDS);
  });

  it('lack a field, and the map that held nothing else', () => {
    const { 'f:replicas': _, ...rest } = spec;
    expect(without('spec/replicas')).to.deep.equal({ ...FIELDS, 'f:spec': rest });
    expect(without('spec/replicas', 'spec/selector', 'spec/containers')).to.deep.equal({
      'f:metadata': metadata,
    });
  });

  it('lack a value whole of which a part is ignored, as the server knows no parts of it', () => {
    const { 'f:selector': _, ...rest } = spec;
    expect(without('spec/selector/app')).to.deep.equal({ ...FIELDS, 'f:spec': rest });
    expect(without('metadata/finalizers/0')).to.deep.equal({
      ...FIELDS,
      'f:metadata': { 'f:labels': metadata['f:labels'] },
    });
  });

  it('lack a field of an item in all items, whose numbers nobody knows here', () => {
    const item = { '.': {}, 'f:name': {} };
    expect(without('spec/containers/0/image')).to.deep.equal({
      ...FIELDS,
      'f:spec': { ...spec, 'f:containers': { [WEB]: item, [LOG]: item } },
    });
  });

  it('hold the marks of the GitSync in any case', () => {
    const marks = { 'f:metadata': { 'f:labels': { [MARK]: {} } } };
    expect(without('metadata/labels', 'metadata/finalizers', 'spec')).to.deep.equal(marks);
  });
});
