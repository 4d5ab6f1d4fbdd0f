import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { besideOthers } from '../../../../src/sync/act/beside-others.ts';
import { MANAGER } from './support.ts';

const MARK = 'gitops.helm-release-operator.io/name';
const WEB = 'k:{"name":"web"}';
const HPA = 'kube-controller-manager';

interface Owner {
  readonly manager: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1: object;
}

const ours = (fieldsV1: object): Owner => ({ manager: MANAGER, operation: 'Apply', fieldsV1 });
const theirs = (fieldsV1: object, manager = HPA, subresource = ''): Owner => ({
  ...{ manager, operation: 'Update', subresource, fieldsV1 },
});

/** An object as it stands, and as Git has it. */
const live = (content: object, managedFields: readonly Owner[]): KubeObject => {
  const entries = managedFields.map((entry) => ({ apiVersion: 'v1', ...entry }));
  return { metadata: { name: 'web', resourceVersion: '7', ...{ managedFields: entries } }, ...content };
};
const git = (content: object): KubeObject => ({ metadata: { name: 'web' }, ...content });

function sent(wanted: KubeObject, there: KubeObject, ...paths: readonly string[]): object {
  return besideOthers(wanted, there, { manager: MANAGER, ignored: paths.map((path) => path.split('/')) });
}
/** For this very state of the object only. */
const held = (content: object): object => ({ metadata: { name: 'web', resourceVersion: '7' }, ...content });

describe('what is applied of an object with ignored fields', () => {
  const wanted = git({ spec: { replicas: 2, paused: true } });

  it('leaves out what somebody else owns, by whatever way', () => {
    const fields = { 'f:spec': { 'f:replicas': {} } };
    const spec = { replicas: 5, paused: false };
    for (const other of [theirs(fields), theirs(fields, HPA, 'scale'), theirs(fields, 'kubectl-edit')]) {
      const there = live({ spec }, [ours({ 'f:spec': { 'f:paused': {} } }), other]);
      expect(sent(wanted, there, 'spec/replicas')).to.deep.equal(git({ spec: { paused: true } }));
    }
  });

  it('has what only we own as it stands, or it would leave the object', () => {
    const there = live({ spec: { replicas: 5 } }, [ours({ 'f:spec': { 'f:replicas': {} } })]);
    const expected = held({ spec: { replicas: 5, paused: true } });
    expect(sent(wanted, there, 'spec/replicas')).to.deep.equal(expected);
    expect(sent(git({ spec: { paused: true } }), there, 'spec/replicas')).to.deep.equal(expected);
  });

  it('has what is about to become ours as it stands', () => {
    const there = live({ spec: { replicas: 5 } }, [
      theirs({ 'f:spec': { 'f:replicas': {} } }, 'kubectl-client-side-apply'),
    ]);
    expect(sent(wanted, there, 'spec/replicas')).to.deep.equal(held({ spec: { replicas: 5, paused: true } }));
  });

  it('leaves out what is not there, what nobody owns, and the map that held nothing else', () => {
    const there = live({ spec: { paused: false } }, [ours({ 'f:spec': { 'f:paused': {} } })]);
    expect(sent(wanted, there, 'spec/replicas')).to.deep.equal(git({ spec: { paused: true } }));
    expect(sent(wanted, live({ spec: { replicas: 3 } }, []), 'spec/replicas')).to.deep.equal(
      git({ spec: { paused: true } }),
    );
    expect(sent(git({ spec: { replicas: 2 } }), there, 'spec/replicas')).to.deep.equal(git({}));
  });

  it('has of a map with many owners our keys only', () => {
    const there = live({ data: { a: 'live', b: 'live', c: 'live' } }, [
      ours({ 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } }),
      theirs({ 'f:data': { 'f:b': {}, 'f:c': {} } }),
    ]);
    const wantedData = git({ data: { a: 'git', b: 'git', d: 'git' } });
    expect(sent(wantedData, there, 'data')).to.deep.equal(held({ data: { a: 'live' } }));
    expect(sent(wantedData, there, 'data/b', 'data/x')).to.deep.equal(git({ data: { a: 'git', d: 'git' } }));
  });

  it('has the marks of the GitSync in any case', () => {
    const marked = (more: object): KubeObject => ({
      metadata: { name: 'web', labels: { [MARK]: 'a', ...more } },
    });
    expect(sent(marked({ tier: 'git' }), live({}, []), 'metadata/labels')).to.deep.equal(marked({}));
  });

  describe('in lists', () => {
    const containers = [
      { name: 'first', image: 'first' },
      { name: 'web', image: 'live', args: ['live'] },
    ];
    const own = { '.': {}, 'f:name': {}, 'f:args': {} };
    const there = (ourWeb: object, ...others: readonly Owner[]): KubeObject =>
      live({ containers }, [ours({ 'f:containers': { [WEB]: ourWeb } }), ...others]);
    const wantedList = (...more: readonly object[]): KubeObject =>
      git({ containers: [{ name: 'web', image: 'git', args: ['git'] }, ...more] });

    it('finds an item by its keys, whatever its number is in the cluster', () => {
      const image = { 'f:containers': { [WEB]: { 'f:image': {} } } };
      expect(sent(wantedList(), there(own, theirs(image)), 'containers/0/image')).to.deep.equal(
        git({ containers: [{ name: 'web', args: ['git'] }] }),
      );
      expect(sent(wantedList(), there({ ...own, 'f:image': {} }), 'containers/0/image')).to.deep.equal(
        held({ containers: [{ name: 'web', image: 'live', args: ['git'] }] }),
      );
    });

    it('has an item that is not there yet as Git has it, and all of a list that is not', () => {
      const added = { name: 'log', image: 'log' };
      expect(sent(wantedList(added), there(own), 'containers/1/image')).to.deep.equal(wantedList(added));
      expect(sent(wantedList(), live({}, []), 'containers/0/image')).to.deep.equal(wantedList());
    });

    it('finds an item of which Git does not write a key that the server fills in', () => {
      const udp = { port: 53, protocol: 'UDP', nodePort: 1 };
      const tcp = { port: 80, protocol: 'TCP', nodePort: 2 };
      const ports = live({ ports: [udp, tcp] }, [
        ours({
          'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:nodePort': {} } },
        }),
        theirs({ 'f:ports': { 'k:{"port":53,"protocol":"UDP"}': { '.': {}, 'f:port': {} } } }),
      ]);
      expect(sent(git({ ports: [{ port: 80, nodePort: 9 }] }), ports, 'ports/0/nodePort')).to.deep.equal(
        held({ ports: [{ port: 80, nodePort: 2 }] }),
      );
      expect(sent(git({ ports: [{ port: 80, nodePort: 9 }] }), ports, 'ports/0')).to.deep.equal(
        held({ ports: [tcp] }),
      );
    });

    it('leaves a whole item, or the whole list, to others, but for what is ours of it', () => {
      expect(sent(wantedList(), there(own), 'containers')).to.deep.equal(
        held({ containers: [{ name: 'web', args: ['live'] }] }),
      );
      const all = theirs({ 'f:containers': { [WEB]: { ...own, 'f:image': {} } } });
      expect(sent(wantedList({ name: 'log' }), there(own, all), 'containers/0')).to.deep.equal(
        git({ containers: [{ name: 'log' }] }),
      );
    });

    it('takes what has no keys as one value', () => {
      const set = live({ list: ['x', 'y'], words: ['a', 'b'], map: { a: '1' } }, [
        ours({ 'f:words': {}, 'f:list': { 'v:"x"': {}, 'v:"y"': {} } }),
        theirs({ 'f:map': {}, 'f:list': { 'v:"y"': {} } }),
      ]);
      const wantedSet = git({ list: ['x', 'z'], words: ['a', 'c'], map: { a: '2', b: '2' } });
      expect(sent(wantedSet, set, 'list/1', 'words/1', 'map/a')).to.deep.equal(
        held({ list: ['x'], words: ['a', 'b'] }),
      );
    });
  });

  it('is what Git has where a pointer leads nowhere', () => {
    const there = live({ spec: { replicas: 5 } }, [ours({ 'f:spec': { 'f:replicas': {} } })]);
    expect(sent(wanted, there, 'spec/replicas/0', 'status', 'spec/a/b')).to.deep.equal(wanted);
  });
});
