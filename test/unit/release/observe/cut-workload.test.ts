import { expect } from 'chai';
import { describe, it } from 'mocha';
import { assess } from '../../../../src/health/assess.ts';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { dropNoise } from '../../../../src/kube/watch/transform.ts';
import { cutWorkload, isOfRelease } from '../../../../src/release/observe/cut-workload.ts';
import { assessedKind, releaseOf, WATCHED_KINDS } from '../../../../src/release/observe/workloads.ts';
import { STATES } from '../../health/states.ts';

const MADE_BY_HELM = { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop' };

const WATCHED = STATES.filter(([, { apiVersion = '', kind = '' }]) => {
  const type = assessedKind(apiVersion, kind);
  return type !== undefined && WATCHED_KINDS.includes(type);
});

/** The object with what a real one has besides: none of it may count. */
function withMore(object: KubeObject): KubeObject {
  const container = { name: 'web', image: 'registry.example/web:1.2.3', env: [{ name: 'A', value: 'b' }] };
  const { metadata, spec, status } = object as KubeObject & Record<'spec' | 'status', object | undefined>;
  const more = {
    ...object,
    metadata: {
      ...metadata,
      uid: '6fd8d3a4-6b5e-4a53-9d6d-3f6f1c8a1c55',
      resourceVersion: '812736',
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { ...MADE_BY_HELM, 'example.com/checksum': 'a'.repeat(64) },
    },
    spec: {
      ...spec,
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
      containers: [container],
      volumes: [{ name: 'data' }],
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    },
    status: {
      ...status,
      containerStatuses: [{ name: 'web', ready: true, image: container.image, imageID: 'b'.repeat(64) }],
      conditions: [
        { type: 'Available', status: 'True', message: 'Deployment has minimum availability.' },
        ...((status as { conditions?: object[] } | undefined)?.conditions ?? []),
      ],
    },
  };
  return dropNoise(structuredClone(more));
}

/** The names of the fields of `spec` and `status` that are looked at. */
function readBy(look: (object: KubeObject) => unknown, object: KubeObject): readonly string[] {
  const read: string[] = [];
  const spied = (part: 'spec' | 'status') =>
    new Proxy((object as unknown as Record<typeof part, object | undefined>)[part] ?? {}, {
      get: (target, name) => {
        read.push(`${part}.${String(name)}`);
        return Reflect.get(target, name) as unknown;
      },
    });
  const spiedOn: KubeObject & Record<'spec' | 'status', object> = {
    ...object,
    spec: spied('spec'),
    status: spied('status'),
  };
  look(spiedOn);
  return read;
}

describe('a watched workload', () => {
  for (const [when, object] of WATCHED) {
    it(`is judged as before it was cut when ${when}`, () => {
      const whole = withMore(object);

      expect(assess(cutWorkload(whole))).to.deep.equal(assess(whole));
      expect(assess(cutWorkload(object))).to.deep.equal(assess(dropNoise(structuredClone(object))));
    });
  }

  it('keeps every field by which any kind is judged', () => {
    const everything = new Proxy({}, { get: (_, name) => (name === 'conditions' ? [] : 1) });
    for (const [when, object] of WATCHED) {
      for (const field of readBy(assess, withMore(object))) {
        const [part = '', name = ''] = field.split('.');
        if (name === 'conditions') continue;
        const cut = cutWorkload({ ...object, [part]: everything }) as unknown as Record<string, object>;
        expect(cut[part], when).to.have.property(name);
      }
    }
  });

  it('is of every kind that is watched', () => {
    const kinds = new Set(WATCHED.map(([, { kind }]) => kind));

    expect([...kinds].toSorted()).to.deep.equal(WATCHED_KINDS.map(({ kind }) => kind).toSorted());
  });

  it('knows still whose it is, and what version', () => {
    const [, object] = STATES[0] ?? expect.fail('no state');
    const whole = withMore(object);
    const cut = cutWorkload(whole);
    const { name, namespace, uid, resourceVersion, generation } = whole.metadata;

    expect(releaseOf(cut)).to.deep.equal(['shop/web']);
    expect(cut).to.include({ apiVersion: 'apps/v1', kind: 'Deployment' });
    expect(cut.metadata).to.deep.equal({
      ...{ name, namespace, uid, resourceVersion, generation },
      annotations: MADE_BY_HELM,
    });
  });

  it('loses all that is large', () => {
    for (const [when, object] of WATCHED) {
      const cut = JSON.stringify(cutWorkload(withMore(object)));

      expect(cut, when).to.not.match(
        /"(template|containers|volumes|volumeClaimTemplates|containerStatuses|labels|Available)"|checksum/,
      );
      expect(cut.length, when).to.be.below(700);
    }
  });

  it('is no Pod that a controller made, unless Helm made it too, and no ReplicaSet of a Deployment', () => {
    const made = (
      controller: boolean,
      annotations?: Readonly<Record<string, string>>,
      kind = 'Pod',
    ): KubeObject => ({
      apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
      kind,
      metadata: {
        name: 'web-7d9c-x2x4k',
        namespace: 'shop',
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7d9c', uid: 'u', controller },
        ],
        ...(annotations === undefined ? {} : { annotations }),
      },
    });
    const alone: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop' } };

    expect(isOfRelease(made(true))).to.equal(false);
    expect(isOfRelease(made(true, { 'example.com/checksum': 'a' }))).to.equal(false);
    expect(isOfRelease(made(true, MADE_BY_HELM))).to.equal(true);
    expect(isOfRelease(made(false))).to.equal(true);
    expect(isOfRelease(alone)).to.equal(true);
    expect(isOfRelease(made(true, MADE_BY_HELM, 'ReplicaSet'))).to.equal(false);
    expect(isOfRelease(made(false, MADE_BY_HELM, 'ReplicaSet'))).to.equal(true);
  });
});
