import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isUninstalling, seenOf, uninstalledOutcome } from '../../../src/notify/seen.ts';
import { COMMIT, entry, failure, ready, release, TRAIL_COMMIT } from './releases.ts';

const CHARTS = 'https://github.com/acme/charts.git';
const DEPLOY = 'ssh://git@github.com/acme/deploy.git';
const trail = { repository: DEPLOY, path: 'web.yaml', commit: TRAIL_COMMIT, author: 'A', subject: 'S' };

describe('what a HelmRelease shows of its outcomes', () => {
  it('are its finished revisions, the oldest first, each with a sentence', () => {
    const history = [
      entry(3, { result: 'Pending' }),
      entry(2, { result: 'Failed', message: 'upgrade failed: no such image' }),
      entry(1),
    ];

    const { finished } = seenOf(release({ history }));

    expect(finished.map(({ revision, result, sentence }) => [revision, result, sentence])).to.deep.equal([
      [1, 'Released', 'web-1.0.0 is released as revision 1 (install)'],
      [2, 'Failed', 'upgrade failed: no such image'],
    ]);
    expect(finished[0]).to.include({ namespace: 'shop', name: 'web', releaseName: 'shop-web', uid: 'uid' });
  });

  it('have keys that do not change when a revision is looked at once more, and differ by result and start', () => {
    const keyOf = (change: Parameters<typeof entry>[1]): string | undefined =>
      seenOf(release({ history: [entry(1, change)] })).finished[0]?.key;

    const key = keyOf({});
    expect(keyOf({ finished: '2026-01-02T00:00:00Z' })).to.equal(key);
    const others = [
      keyOf({ result: 'Failed' }),
      keyOf({ result: 'RolledBack' }),
      keyOf({ time: '2026-02-01T00:00:00Z' }),
    ];
    expect(new Set([key, ...others])).to.have.property('size', 4);
  });

  it('say why there was a rollback, in the words of status, and speak of the commits that were rejected', () => {
    const message = 'not ready; rolled back as revision 3 (web-1.0.0); it is not tried again';
    const history = [
      entry(3, { result: 'RolledBack', action: 'rollback', sourceRevision: COMMIT }),
      entry(2, { result: 'Failed', sourceRevision: 'c'.repeat(40), trail }),
      entry(1),
    ];
    const conditions = [{ type: 'Ready' as const, status: 'False' as const, reason: 'RolledBack', message }];

    const last = seenOf(release({ history, conditions })).finished.at(-1);

    expect(last).to.include({ result: 'RolledBack', sentence: message });
    expect(last?.commits).to.deep.equal([
      { repository: DEPLOY, id: TRAIL_COMMIT },
      { repository: CHARTS, id: 'c'.repeat(40) },
    ]);
  });

  it('name the commit of a chart in Git, and none for a version of a chart repository', () => {
    const commitsOf = (...args: Parameters<typeof release>) => seenOf(release(...args)).finished[0]?.commits;

    expect(commitsOf({ history: [entry(1)] })).to.deep.equal([{ repository: CHARTS, id: COMMIT }]);
    const chart = { repository: 'https://charts.example.com', name: 'web', version: '1.0.0' };
    expect(
      commitsOf({ history: [entry(1, { sourceRevision: '1.0.0' })] }, { spec: { chart } }),
    ).to.deep.equal([]);
    const own = { chart: { path: 'web' } };
    expect(
      commitsOf({ history: [entry(1, { trail, sourceRevision: TRAIL_COMMIT })] }, { spec: own }),
      'the chart is in the commit of the HelmRelease',
    ).to.deep.equal([{ repository: DEPLOY, id: TRAIL_COMMIT }]);
  });

  it('show no password and no token of an address, and no commit of what is no address', () => {
    const secret = 'nobody-may-see-this';
    const trailOf = (repository: string) => ({ ...trail, repository });
    const shownOf = (git: string, repository: string) => {
      const spec = { chart: { git, path: 'web' } };
      const history = [entry(1, { trail: trailOf(repository) })];
      const failing = seenOf(
        release({ failure: failure({ step: 'wait' }), lastAttemptedRevision: COMMIT }, { spec }),
      );
      const well = seenOf(release({ ...ready(), history }, { spec }));
      expect(JSON.stringify([failing, well])).to.not.contain(secret);
      return well.finished[0]?.commits;
    };

    expect(
      shownOf(
        `https://user:${secret}@github.com/acme/charts.git`,
        `https://${secret}@github.com/acme/deploy`,
      ),
    ).to.deep.equal([
      { repository: 'https://github.com/acme/deploy', id: TRAIL_COMMIT },
      { repository: CHARTS, id: COMMIT },
    ]);
    expect(shownOf(`ssh://git:${secret}@github.com/acme/charts.git`, DEPLOY)).to.deep.equal([
      { repository: DEPLOY, id: TRAIL_COMMIT },
      { repository: 'ssh://git@github.com/acme/charts.git', id: COMMIT },
    ]);
    expect(shownOf(`https://github.com/acme/charts?token=${secret}`, `:${secret}@ no address`)).to.deep.equal(
      [{ repository: 'https://github.com/acme/charts?token=***', id: COMMIT }],
    );
  });

  it('have a sentence of bounded length', () => {
    const message = 'x'.repeat(30_000);
    const long = release({
      history: [entry(1, { result: 'Failed', message })],
      failure: failure({ cause: message }),
    });

    const { finished, failing } = seenOf(long);

    expect([finished[0]?.sentence.length, failing?.sentence.length]).to.deep.equal([4_000, 4_000]);
  });

  it('hold a failure that made no revision, however often it was tried', () => {
    const failing = (status: Parameters<typeof release>[0]) => seenOf(release(status)).failing;

    const first = failing({ failure: failure(), observedGeneration: 1 });
    expect(first).to.include({ result: 'Failed', sentence: 'no such chart' });
    const again = failing({
      failure: failure({ attempts: 2, time: '2026-01-01T01:00:00Z', cause: 'still no such chart' }),
      observedGeneration: 1,
    });
    expect(again?.key).to.equal(first?.key);
    expect(failing({ failure: failure(), observedGeneration: 2 })?.key).to.not.equal(first?.key);
    expect(failing({ failure: failure({ digest: 'other' }), observedGeneration: 1 })?.key).to.not.equal(
      first?.key,
    );
  });

  it('tell a failure once, where a revision of history tells it already', () => {
    const history = [
      entry(2, { result: 'Failed', message: 'no', finished: '2026-01-01T00:06:00Z' }),
      entry(1),
    ];

    expect(seenOf(release({ history, failure: failure({ step: 'wait', revision: 2 }) })).failing).to.equal(
      undefined,
    );
    const blameless = failure({ step: 'upgrade', cause: 'no' });
    expect(seenOf(release({ history, failure: blameless })).failing).to.equal(undefined);
  });

  it('are none of a release that is suspended, as far as it only fails', () => {
    const suspended = release({ failure: failure() }, { spec: { suspend: true } });

    expect(seenOf(suspended).failing).to.equal(undefined);
  });

  it('are mended only when the release is ready', () => {
    expect(seenOf(release({})).mended).to.equal(undefined);
    expect(seenOf(release({ ...ready(), failure: failure() })).mended).to.equal(undefined);
    const { mended } = seenOf(release({ ...ready(), history: [entry(1)] }));
    expect(mended).to.include({ result: 'Mended', revision: 1 });
    expect(mended?.commits).to.deep.equal([{ repository: CHARTS, id: COMMIT }]);
  });

  it('end with an uninstall, unless the release is left in place', () => {
    const operation = {
      ...{ action: 'uninstall' as const, digest: 'd', fromRevision: 1, toRevision: 1 },
      startedAt: '2026-01-01T00:00:00Z',
    };
    const going = release({ operation, releaseName: 'old', targetNamespace: 'there' });
    const deleted = { ...going, metadata: { ...going.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };

    expect(isUninstalling(going)).to.equal(false);
    expect(isUninstalling(deleted)).to.equal(true);
    expect(isUninstalling({ ...deleted, spec: { ...deleted.spec, suspend: true } })).to.equal(false);
    expect(uninstalledOutcome(deleted, 'now').sentence).to.equal('release there/old is uninstalled');
  });
});
