import { expect } from 'chai';
import {
  MARK_DIGEST_LABEL,
  MARK_OWNER_LABEL,
  MARK_REJECTED_LABEL,
  MARK_REVISION_LABEL,
} from '../../../src/api/names.ts';
import { createMarkFormat } from '../../../src/helm/storage/marks.ts';
import { isSameInHelm } from '../../../src/release/observe/same-in-helm.ts';
import { signal, type Bench } from './harness.ts';
import { failure, ok, requestsFor } from './requests.ts';

const marks = createMarkFormat({ formulaVersion: 1, key: Buffer.alloc(32, 7) });

function labelsOf(hex: string, revision: number): Readonly<Record<string, string>> {
  return {
    [MARK_DIGEST_LABEL]: marks.digest(hex.repeat(64)),
    [MARK_REVISION_LABEL]: String(revision),
    [MARK_OWNER_LABEL]: marks.owner('shop/web'),
  };
}

/** Install, upgrade, roll back, test, uninstall, and what becomes of our marks on the way. */
export function describeVerbs(bench: () => Bench): void {
  it('installs, upgrades, rolls back and uninstalls a release', async () => {
    const { helm, storage, web, namespace, kubectl } = bench();
    const requests = requestsFor({ namespace: await namespace('verbs'), name: 'web' }, web);

    ok(await helm.install(requests.install, signal));
    ok(await helm.upgrade({ ...requests.upgrade, inlineValues: { text: 'second' } }, signal));
    ok(await helm.rollback({ ...requests.rollback, revision: 1 }, signal));

    const records = await storage.list('verbs', 'web', signal);
    expect(records.map(({ revision, status }) => [revision, status])).to.deep.equal([
      [1, 'superseded'],
      [2, 'superseded'],
      [3, 'deployed'],
    ]);
    expect(await kubectl('get', 'configmap', 'web', '-n', 'verbs', '-o', 'jsonpath={.data.text}')).to.equal(
      'hello',
    );

    const outcome = await helm.uninstall(requests.uninstall, signal);

    expect(outcome).to.deep.include({ kind: 'ok', left: [] });
    expect(await storage.list('verbs', 'web', signal)).to.deep.equal([]);
    expect(await kubectl('get', 'deployment,service', '-n', 'verbs', '-o', 'name')).to.equal('');
    ok(await helm.uninstall(requests.uninstall, signal));
  });

  it('says what an upgrade would store, and stores nothing', async () => {
    const { helm, storage, web, namespace, kubectl } = bench();
    const requests = requestsFor({ namespace: await namespace('rehearsal'), name: 'web' }, web);
    ok(await helm.install({ ...requests.install, inlineValues: { text: 'first' } }, signal));
    const stored = await storage.read('rehearsal', 'web', 1, signal);

    const same = await helm.dryRun({ ...requests.upgrade, inlineValues: { text: 'first' } }, signal);
    const other = await helm.dryRun({ ...requests.upgrade, inlineValues: { text: 'second' } }, signal);
    const wrong = await helm.dryRun({ ...requests.upgrade, inlineValues: { fail: 'no' } }, signal);

    if (stored === undefined || same.kind === 'failed' || other.kind === 'failed')
      throw new Error('there is nothing to compare');
    expect(isSameInHelm(stored, same.release)).to.equal(true);
    expect(isSameInHelm(stored, other.release)).to.equal(false);
    expect(other.release.config).to.deep.equal({ text: 'second' });
    expect(wrong.kind === 'failed' && wrong.error.message).to.match(/no/);
    expect(await storage.list('rehearsal', 'web', signal)).to.have.length(1);
    expect(
      await kubectl('get', 'configmap', 'web', '-n', 'rehearsal', '-o', 'jsonpath={.data.text}'),
    ).to.equal('first');
  });

  it('carries our marks from install to upgrade to rollback as helm does, and drops the mark of a rollback', async () => {
    const { helm, storage, web, namespace, cli } = bench();
    const release = { namespace: await namespace('marks'), name: 'web' };
    const requests = requestsFor(release, web);
    const marksOf = async (): Promise<unknown> => (await storage.list('marks', 'web', signal)).at(-1)?.marks;

    ok(await helm.install({ ...requests.install, labels: labelsOf('a', 1) }, signal));
    const installed = await marksOf();
    ok(await helm.upgrade({ ...requests.upgrade, labels: labelsOf('b', 2) }, signal));
    ok(await helm.rollback({ ...requests.rollback, revision: 1 }, signal));
    const copied = await marksOf();
    await storage.label(
      'marks',
      'web',
      3,
      { ...labelsOf('a', 3), [MARK_REJECTED_LABEL]: marks.digest('b'.repeat(64)) },
      signal,
    );
    const sealed = await marksOf();
    ok(await helm.upgrade({ ...requests.upgrade, labels: labelsOf('c', 4) }, signal));
    const upgraded = await marksOf();
    await cli('upgrade', 'web', web, '-n', 'marks');

    const owner = marks.owner('shop/web');
    const [a, b, c] = ['a', 'b', 'c'].map((hex) => marks.digest(hex.repeat(64)));
    expect(installed).to.deep.equal({ digest: a, revision: 1, owner });
    expect(copied, 'a rollback copies the marks of the revision it went back to').to.deep.equal(installed);
    expect(sealed).to.deep.equal({ digest: a, revision: 3, owner, rejected: b });
    expect(upgraded).to.deep.equal({ digest: c, revision: 4, owner });
    expect(
      await marksOf(),
      'an upgrade by hand carries our digest under a number that is not its own',
    ).to.deep.equal({
      digest: c,
      revision: 4,
      owner,
    });
    expect((await storage.list('marks', 'web', signal)).at(-1)?.revision).to.equal(5);
  });

  it('starts anew over a failed and over an uninstalled release, and not over one that works', async () => {
    const { helm, storage, web, namespace, cli } = bench();
    const requests = requestsFor({ namespace: await namespace('replace'), name: 'web' }, web);
    const bad = {
      extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'nowhere' } }],
    };
    const again = { ...requests.install, replace: true };

    expect(failure(await helm.install({ ...requests.install, inlineValues: bad }, signal)).class).to.equal(
      'NS_MISSING',
    );
    expect(failure(await helm.install(requests.install, signal)).class).to.equal('NAME_IN_USE');
    ok(await helm.install({ ...again, labels: labelsOf('a', 2) }, signal));
    expect(failure(await helm.install(again, signal)).class).to.equal('NAME_IN_USE');
    await cli('uninstall', 'web', '-n', 'replace', '--keep-history');
    ok(await helm.install({ ...again, labels: labelsOf('b', 3) }, signal));

    const records = await storage.list('replace', 'web', signal);
    expect(
      records.map(({ revision, status, marks: found }) => [revision, status, found.revision]),
    ).to.deep.equal([
      [1, 'failed', undefined],
      [2, 'superseded', 2],
      [3, 'deployed', 3],
    ]);
  });

  it('keeps as many revisions as it is told to, all of them with 0, and with 1 the one to go back to besides', async () => {
    const { helm, storage, web, namespace } = bench();
    const requests = requestsFor({ namespace: await namespace('history'), name: 'web' }, web);
    const kept = async (maxHistory: number, text: string): Promise<readonly number[]> => {
      ok(await helm.upgrade({ ...requests.upgrade, maxHistory, inlineValues: { text } }, signal));
      return (await storage.list('history', 'web', signal)).map(({ revision }) => revision);
    };

    ok(await helm.install(requests.install, signal));
    for (let text = 2; text <= 11; text++) await kept(0, String(text));

    expect(await kept(0, '12')).to.have.length(12);
    expect(await kept(10, '13')).to.deep.equal([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(await kept(5, '14')).to.deep.equal([10, 11, 12, 13, 14]);
    expect(await kept(1, '15')).to.deep.equal([14, 15]);
  });

  it('runs the tests of a release, and says which one failed', async () => {
    const { helm, web, namespace } = bench();
    const fails = { 'testenv.helm-release-operator.io/pod': 'fails' };
    for (const kind of ['Pod', 'Job']) {
      const release = { namespace: await namespace(`test-${kind.toLowerCase()}`), name: 'web' };
      const requests = requestsFor(release, web);

      ok(
        await helm.install({ ...requests.install, inlineValues: { test: { enabled: true, kind } } }, signal),
      );
      ok(await helm.test(requests.test, signal));
      const failing = { test: { enabled: true, kind, podAnnotations: fails } };
      ok(await helm.upgrade({ ...requests.upgrade, inlineValues: failing }, signal));
      const failed = failure(await helm.test(requests.test, signal));

      expect(failed.class, kind).to.equal('TEST_FAILED');
      expect(failed.message, kind).to.match(new RegExp(`^test ${kind} web-test failed`));
    }
  });

  it('waits for hooks, and for objects only when it is told to', async () => {
    const { helm, web, namespace, storage } = bench();
    const requests = requestsFor({ namespace: await namespace('waiting'), name: 'web' }, web);
    const never = { 'testenv.helm-release-operator.io/pod': 'never-ready' };
    const slow = { 'testenv.helm-release-operator.io/ends-after': '2s' };
    const values = { podAnnotations: never, hook: { on: ['pre-install'], podAnnotations: slow } };

    const installed = await helm.install({ ...requests.install, inlineValues: values }, signal);
    const waited = await helm.upgrade(
      {
        ...requests.upgrade,
        wait: 'helm',
        timeoutMs: 3_000,
        inlineValues: { podAnnotations: never, text: 'b' },
      },
      signal,
    );

    ok(installed);
    expect(installed.durationMs).to.be.greaterThan(2_000);
    expect(failure(waited).class).to.equal('TIMEOUT');
    expect((await storage.list('waiting', 'web', signal)).map(({ status }) => status)).to.deep.equal([
      'deployed',
      'failed',
    ]);
  });
}
