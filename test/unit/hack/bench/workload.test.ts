import { expect } from 'chai';
import { describe, it } from 'mocha';
import { randomChanges } from '../../../../hack/bench/scenarios/random-change.ts';
import { hasNewRevision, isFailed, isReady, isRolledBack } from '../../../../hack/bench/workload/fleet.ts';
import { chartFilesIn } from '../../../../hack/bench/workload/chart-files.ts';
import { helmRelease } from '../../../../hack/bench/workload/releases.ts';
import { seenOf, type Watched } from '../../../../hack/bench/workload/seen.ts';
import { fillIn, fillInObject } from '../../../../hack/bench/workload/template.ts';

type Conditions = NonNullable<NonNullable<Watched['status']>['conditions']>;

const seen = (generation: number, observedGeneration: number, conditions: Conditions, status: object = {}) =>
  seenOf({ metadata: { name: 'a', generation }, status: { observedGeneration, conditions, ...status } });
const ready = { type: 'Ready', status: 'True', observedGeneration: 2 };
const failed = { type: 'Ready', status: 'False', observedGeneration: 2 };
const busy = { type: 'Reconciling', status: 'True' };

describe('an object that is watched', () => {
  it('is ready when its newest generation is, and nothing goes on', () => {
    expect(seen(2, 2, [ready]).settled).to.equal('ready');
    expect(seen(3, 2, [ready]).settled).to.equal(undefined);
    expect(seen(2, 2, [ready, busy]).settled).to.equal(undefined);
  });

  it('is not ready by a condition of an older generation, whatever status says of itself', () => {
    expect(seen(3, 3, [ready]).settled).to.equal(undefined);
  });

  it('may say nothing of generations in its conditions', () => {
    expect(seen(2, 2, [{ type: 'Ready', status: 'True' }]).settled).to.equal('ready');
  });

  it('has failed also while it is tried again', () => {
    expect(seen(2, 2, [failed, busy]).settled).to.equal('not-ready');
    expect(isFailed(seen(2, 2, [failed]), undefined)).to.equal(true);
  });

  it('has changed as wished only since it was looked at before', () => {
    const now = seen(2, 2, [ready], { deployed: { revision: 3 } });
    expect(isReady(now, undefined)).to.equal(true);
    expect(isReady(now, now)).to.equal(false);
    expect(hasNewRevision(now, { ...now, revision: 2 })).to.equal(true);
    expect(hasNewRevision(now, now)).to.equal(false);
    expect(isRolledBack(seen(3, 3, [{ ...failed, observedGeneration: 3 }]), now)).to.equal(false);
    const back = { type: 'RolledBack', status: 'True' };
    expect(isRolledBack(seen(3, 3, [{ ...failed, observedGeneration: 3 }, back]), now)).to.equal(true);
  });
});

describe('the template of another controller', () => {
  it('gets its words', () => {
    expect(
      fillInObject('{metadata: {name: ${NAME}}, spec: {cpu: "${CPU}"}}', { NAME: 'a', CPU: '2m' }),
    ).to.deep.equal({
      metadata: { name: 'a' },
      spec: { cpu: '2m' },
    });
  });

  it('is refused with a word that nobody knows, or when it is no object', () => {
    expect(() => fillIn('${WHAT}', { NAME: 'a' })).to.throw('a template has ${WHAT}: known are NAME');
    expect(() => fillInObject('[]', {})).to.throw('not one object with a name');
  });
});

describe('the workload', () => {
  it('is a chart of four objects and a test, with no pods', async () => {
    const files = Object.keys(await chartFilesIn('chart'));
    expect(files).to.include.members(['chart/Chart.yaml', 'chart/templates/deployment.yaml']);
    expect(helmRelease('a', { git: 'url' })).to.have.nested.property('spec.values.replicaCount', 0);
  });

  it('changes by chance as its seed says, and as each release allows', () => {
    const names = ['a', 'b', 'c'];
    const first = (seed: number) => {
      const changes = randomChanges(seed, names, () => ({}));
      return Array.from({ length: 500 }, () => changes.next().value);
    };
    expect(first(1)).to.deep.equal(first(1));
    expect(first(1)).not.to.deep.equal(first(2));
    const gone = new Set<string>();
    for (const { name, send } of first(3)) {
      expect(send.method === 'POST', name).to.equal(gone.has(name));
      if (send.method === 'DELETE') gone.add(name);
      else gone.delete(name);
    }
  });
});
