import { expect } from 'chai';
import { describe, it } from 'mocha';
import { trailAnnotations } from '../../../../src/api/trail.ts';
import type { EventRecorder, Happening } from '../../../../src/kube/events.ts';
import type { Origin } from '../../../../src/release/desire/origin.ts';
import { withTrail } from '../../../../src/release/tell/with-trail.ts';

const TRAIL = {
  repository: 'https://git.example.com/org/deploy',
  path: 'shop/web.yaml',
  commit: 'c'.repeat(40),
  author: 'Ada Lovelace <ada@example.com>',
  subject: 'Add web',
};
const HAPPENING: Happening = {
  regarding: { metadata: { name: 'web', namespace: 'shop' } },
  type: 'Normal',
  reason: 'ReleaseSynced',
  message: 'synchronized',
};

function recorded(origin: Origin): readonly Happening[] {
  const happenings: Happening[] = [];
  const events: EventRecorder = {
    record: (happening) => happenings.push(happening),
    flush: () => Promise.resolve(),
    close: () => undefined,
  };
  withTrail(events, () => origin).record(HAPPENING);
  return happenings;
}

describe('the trail of an Event', () => {
  it('is on what happens to a HelmRelease from Git', () => {
    expect(recorded({ kind: 'git', trail: TRAIL })).to.deep.equal([
      { ...HAPPENING, annotations: trailAnnotations(TRAIL) },
    ]);
  });

  it('is on nothing whose origin is not proved', () => {
    expect(recorded({ kind: 'none' })).to.deep.equal([HAPPENING]);
    expect(recorded({ kind: 'not-known-yet' })).to.deep.equal([HAPPENING]);
  });
});
