import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decide } from '../../../../src/kube/leader/decide.ts';
import { letGo } from '../../../../src/kube/leader/lease.ts';
import type { Lease } from '../../../../src/kube/leader/lease.ts';

const DURATION_MS = 15_000;

function lease(spec: Lease['spec'], annotations: Readonly<Record<string, string>> = {}): Lease {
  return { metadata: { name: 'l', namespace: 'n', annotations }, ...(spec === undefined ? {} : { spec }) };
}

describe('decide() who leads', () => {
  const rows = [
    { when: 'there is no lease', lease: undefined, unchangedMs: 0, then: { kind: 'take', after: 'missing' } },
    {
      when: 'it was never held',
      lease: lease(undefined),
      unchangedMs: 0,
      then: { kind: 'take', after: 'emptied' },
    },
    {
      when: 'it was let go of, however lately',
      lease: letGo(lease({ holderIdentity: 'a' }), new Date(0)),
      unchangedMs: 0,
      then: { kind: 'take', after: 'let-go' },
    },
    {
      when: 'somebody has emptied it',
      lease: lease({ holderIdentity: '' }),
      unchangedMs: 0,
      then: { kind: 'take', after: 'emptied' },
    },
    {
      when: 'it was taken by us, and we have not heard of it',
      lease: lease({ holderIdentity: 'me', leaseDurationSeconds: 15 }),
      unchangedMs: 0,
      then: { kind: 'take', after: 'own' },
    },
    {
      when: 'somebody wrote into it that it lasts for hours',
      lease: lease({ holderIdentity: 'a', leaseDurationSeconds: 36_000 }),
      unchangedMs: 60_000,
      then: { kind: 'take', after: 'expired' },
    },
    {
      when: 'it changes',
      lease: lease({ holderIdentity: 'a', leaseDurationSeconds: 15 }),
      unchangedMs: 14_999,
      then: { kind: 'stand-by', holder: 'a' },
    },
    {
      when: 'it has not changed for as long as it lasts',
      lease: lease({ holderIdentity: 'a', leaseDurationSeconds: 15 }),
      unchangedMs: 15_000,
      then: { kind: 'take', after: 'expired' },
    },
    {
      when: 'its holder renews it more rarely than we would',
      lease: lease({ holderIdentity: 'a', leaseDurationSeconds: 60 }),
      unchangedMs: 59_999,
      then: { kind: 'stand-by', holder: 'a' },
    },
    {
      when: 'somebody wrote a time into it that is long past',
      lease: lease({
        holderIdentity: 'a',
        leaseDurationSeconds: 1,
        renewTime: '2001-01-01T00:00:00.000000Z',
      }),
      unchangedMs: 14_000,
      then: { kind: 'stand-by', holder: 'a' },
    },
  ] as const;

  for (const row of rows) {
    it(`${row.then.kind === 'take' ? 'takes the lease' : 'stands by'} when ${row.when}`, () => {
      expect(
        decide(row.lease, { unchangedMs: row.unchangedMs, durationMs: DURATION_MS, identity: 'me' }),
      ).to.deep.equal(row.then);
    });
  }
});
