import { expect } from 'chai';
import { describe, it } from 'mocha';
import { untilServed, type ServedPorts } from '../../../src/health/definition-served.ts';
import { ApiError, UnreachableError } from '../../../src/kube/errors.ts';
import type { KubeObject } from '../../../src/kube/resource-type.ts';

const CRD: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
};
const withConditions = (...conditions: readonly object[]): KubeObject =>
  ({ ...CRD, status: { conditions } }) as KubeObject;
const ESTABLISHED = withConditions({ type: 'Established', status: 'True' });

/** Finds these one after the other, and half a second passes with each look. */
function wait(
  found: readonly (KubeObject | undefined | Error)[],
  isServed: ServedPorts['isServed'] = () => Promise.resolve(true),
) {
  let now = 0;
  let looks = 0;
  const get = () => {
    const next = found[Math.min(looks, found.length - 1)];
    looks += 1;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  const clock = { now: () => new Date(now), monotonicMs: () => (now += 500) };
  return untilServed(CRD, 1_000, { definitions: { get }, isServed, clock }, new AbortController().signal);
}

describe('waiting for a definition', () => {
  it('ends when it is established and its kinds are served', async () => {
    let asked = 0;

    expect(await wait([CRD, ESTABLISHED])).to.deep.equal({ kind: 'served' });
    expect(await wait([ESTABLISHED], () => Promise.resolve((asked += 1) > 1))).to.deep.equal({
      kind: 'served',
    });
    expect(asked).to.equal(2);
  });

  it('ends at the deadline', async () => {
    expect(await wait([ESTABLISHED], () => Promise.resolve(false))).to.deep.equal({ kind: 'late' });
    expect(await wait([undefined])).to.deep.equal({ kind: 'late' });
  });

  it('ends at once for what does not pass by itself', async () => {
    const leaving = { ...CRD, metadata: { ...CRD.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    const message = 'the name "Widget" is taken';
    const taken = withConditions({ type: 'NamesAccepted', status: 'False', message });
    const forbidden = new ApiError('cannot get it', { status: 403, statusReason: 'Forbidden' });

    expect(await wait([leaving])).to.deep.equal({
      ...{ kind: 'refused', why: 'is being deleted: it is made anew when it is gone', forbidden: false },
    });
    expect(await wait([taken])).to.deep.include({ kind: 'refused', why: `is not served: ${message}` });
    expect(await wait([forbidden])).to.deep.include({
      ...{ kind: 'refused', why: 'cannot be looked at: cannot get it', forbidden: true },
    });
  });

  it('leaves trouble of the platform to its caller', async () => {
    const trouble = new UnreachableError('away');

    expect(await wait([trouble]).catch((error: unknown) => error)).to.equal(trouble);
  });
});
