import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { assess } from '../../../src/health/assess.ts';
import { combine, type Health } from '../../../src/health/health.ts';
import type { KubeObject } from '../../../src/kube/resource-type.ts';
import { object } from './objects.ts';
import { deployment, failed, progressing, ready, STATES, timedOut } from './states.ts';

describe('the health of an object', () => {
  for (const [when, of, health] of STATES) {
    it(`is ${health.kind} when ${when}`, () => {
      expect(assess(of)).to.deep.equal(health);
    });
  }

  const jobs: readonly (readonly [when: string, object: KubeObject, health: Health])[] = [
    [
      'it has completed',
      object(
        'batch/v1',
        'Job',
        'x',
        {},
        { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] },
      ),
      ready,
    ],
    [
      'some completions are missing',
      object('batch/v1', 'Job', 'x', { completions: 3 }, { succeeded: 1, failed: 2 }),
      progressing('Job shop/x: 1 of 3 completions'),
    ],
    [
      'it was given up',
      object(
        'batch/v1',
        'Job',
        'x',
        {},
        {
          conditions: [
            {
              type: 'Failed',
              status: 'True',
              reason: 'BackoffLimitExceeded',
              message: 'Job has reached the specified backoff limit',
            },
          ],
        },
      ),
      failed('Job shop/x failed: Job has reached the specified backoff limit'),
    ],
    [
      'it is suspended',
      object('batch/v1', 'Job', 'x', { suspend: true }, {}),
      progressing('Job shop/x is suspended'),
    ],
  ];
  for (const [when, of, health] of jobs) {
    it(`is ${health.kind} for a Job that is asked for when ${when}`, () => {
      expect(assess(of, { jobs: true })).to.deep.equal(health);
    });
  }

  it('is exact for a Deployment with its ReplicaSets', () => {
    const revision = (number: string): Record<string, string> => ({
      'deployment.kubernetes.io/revision': number,
    });
    const replicaSet = (name: string, number: string, readyReplicas: number, owner = 'uid'): KubeObject =>
      Object.assign(object('apps/v1', 'ReplicaSet', name, {}, { readyReplicas }), {
        metadata: {
          namespace: 'shop',
          name,
          annotations: revision(number),
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: owner }],
        },
      });
    const status = { replicas: 2, updatedReplicas: 1, readyReplicas: 1, conditions: [timedOut] };
    const late = Object.assign(deployment({ replicas: 1 }, status), {
      metadata: { namespace: 'shop', name: 'web', uid: 'uid', generation: 2, annotations: revision('3') },
    });
    const foreign = replicaSet('web-foreign', '3', 1, 'other');
    const verdict = (...replicaSets: readonly KubeObject[]): Health => assess(late, { replicaSets });

    // The one that failed is the newest; it was before; the newest is ready at last; it is not there yet.
    expect(verdict(foreign, replicaSet('web-old', '2', 1), replicaSet('web-7d9c', '3', 0)).kind).to.equal(
      'failed',
    );
    expect(verdict(foreign, replicaSet('web-7d9c', '2', 0), replicaSet('web-old', '3', 0)).kind).to.equal(
      'progressing',
    );
    expect(verdict(foreign, replicaSet('web-7d9c', '2', 0), replicaSet('web-old', '3', 1)).kind).to.equal(
      'ready',
    );
    expect(verdict(foreign).kind).to.equal('failed');
  });

  it('has a name in every sentence and never needs a status', () => {
    const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map(
      (kind) => ['apps/v1', kind] as const,
    );
    const core = ['Pod', 'Service', 'PersistentVolumeClaim', 'ReplicationController'].map(
      (kind) => ['v1', kind] as const,
    );
    for (const [apiVersion, kind] of [...kinds, ...core]) {
      const bare = { apiVersion, kind, metadata: { namespace: 'shop', name: 'bare', generation: 1 } };
      expect(assess(bare))
        .to.have.property('why')
        .that.matches(new RegExp(`^${kind} shop/bare`));
    }
  });

  it('never calls a Deployment ready whose new pods are not: whichever of its pods are the ready ones', () => {
    const count = fc.nat({ max: 6 });

    fc.assert(
      fc.property(count, count, count, count, (replicas, updated, readyNew, readyOld) => {
        const newReady = Math.min(readyNew, updated);
        const status = {
          replicas: updated + readyOld,
          updatedReplicas: updated,
          readyReplicas: newReady + readyOld,
        };
        const strategy = { rollingUpdate: { maxUnavailable: 1 } };
        const health = assess(deployment({ replicas, strategy }, status));
        expect(health.kind === 'ready').to.equal(newReady >= replicas - 1);
      }),
    );
  });
});

describe('the health of several objects', () => {
  it('is that of the worst, with the number of the others', () => {
    expect(combine([])).to.deep.equal(ready);
    expect(combine([ready, ready])).to.deep.equal(ready);
    expect(combine([ready, progressing('a')])).to.deep.equal(progressing('a'));
    expect(combine([progressing('a'), failed('b'), ready, progressing('c')])).to.deep.equal(
      failed('b (and 2 more)'),
    );
  });
});
