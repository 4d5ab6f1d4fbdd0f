import { expect } from 'chai';
import { decodeRelease } from '../../../src/helm/storage/codec.ts';
import { eventually } from '../../support/eventually.ts';
import { signal, type Bench } from './harness.ts';
import { childrenOf } from './processes.ts';
import { failure, ok, requestsFor } from './requests.ts';

const RUNS = { 'testenv.helm-release-operator.io/pod': 'runs' };
const HANGING = {
  text: 'new',
  hook: { on: ['pre-install', 'pre-upgrade', 'pre-rollback'], podAnnotations: RUNS },
};
const MARKS = { 'helm-release-operator.io/digest': 'v1.abc.def', 'helm-release-operator.io/revision': '2' };

/** What is left when helm is ended in the middle, and how a release gets out of it. */
export function describeInterruptions(bench: () => Bench): void {
  it('ends an upgrade that is aborted, which helm then calls failed', async () => {
    const { helm, storage, web, namespace } = bench();
    const requests = requestsFor({ namespace: await namespace('aborted'), name: 'web' }, web);
    ok(await helm.install(requests.install, signal));
    const abort = new AbortController();

    const upgrade = helm
      .upgrade({ ...requests.upgrade, inlineValues: HANGING }, abort.signal)
      .catch((caught: unknown) => caught);
    await pending(bench(), 'aborted', 2);
    // Helm writes once more before it creates the job of a hook. Helm 3 may do so after it has called the revision
    // failed, and then it is pending again.
    await eventually(async () => {
      expect(await bench().kubectl('get', 'job', '-n', 'aborted', '-o', 'name')).to.include(
        'job.batch/web-hook',
      );
    });
    abort.abort(new Error('the operator is stopping'));

    expect(await upgrade).to.have.property('message', 'the operator is stopping');
    const records = await storage.list('aborted', 'web', signal);
    expect(records.map(({ status }) => status)).to.deep.equal(['deployed', 'failed']);
    ok(await helm.upgrade(requests.upgrade, signal));
  });

  it('ends a run that takes longer than it may', async () => {
    const { helm, web, namespace } = bench();
    const requests = requestsFor({ namespace: await namespace('limited'), name: 'web' }, web);

    const outcome = await helm.install(
      { ...requests.install, inlineValues: HANGING, limitMs: 2_000 },
      signal,
    );

    expect(failure(outcome)).to.deep.equal({
      class: 'RUN_LIMIT',
      message: 'helm install did not finish in 2 s and was ended',
    });
  });

  it('leaves a rollback pending that is aborted, for helm does not listen there', async () => {
    const { helm, storage, web, namespace } = bench();
    const requests = requestsFor({ namespace: await namespace('rollback'), name: 'web' }, web);
    ok(await helm.install({ ...requests.install, inlineValues: HANGING, noHooks: true }, signal));
    ok(await helm.upgrade(requests.upgrade, signal));
    const abort = new AbortController();

    const rollback = helm
      .rollback({ ...requests.rollback, revision: 1 }, abort.signal)
      .catch((caught: unknown) => caught);
    await pending(bench(), 'rollback', 3);
    abort.abort(new Error('the operator is stopping'));
    await rollback;

    expect((await storage.list('rollback', 'web', signal)).at(-1)?.status).to.equal('pending-rollback');
  });

  it('unlocks a release whose helm was killed, and upgrades it', async () => {
    const { helm, storage, web, namespace, cli } = bench();
    const requests = requestsFor({ namespace: await namespace('killed'), name: 'web' }, web);
    ok(await helm.install(requests.install, signal));
    await killDuring(bench(), 'killed', 2, 'upgrade');

    expect(failure(await helm.upgrade(requests.upgrade, signal)).class).to.equal('LOCKED');
    await storage.mark('killed', 'web', 2, { status: 'failed', description: 'interrupted: "é"' }, signal);
    ok(await helm.upgrade(requests.upgrade, signal));

    const history = JSON.parse(await cli('history', 'web', '-n', 'killed', '-o', 'json')) as {
      revision: number;
      status: string;
      description: string;
    }[];
    expect(history.map(({ revision, status, description }) => [revision, status, description])).to.deep.equal(
      [
        [1, 'superseded', 'Install complete'],
        [2, 'failed', 'interrupted: "é"'],
        [3, 'deployed', 'Upgrade complete'],
      ],
    );
  });

  it('finds our marks on a first revision whose helm was killed', async () => {
    const { storage, namespace, helm, web } = bench();
    const requests = requestsFor({ namespace: await namespace('first'), name: 'web' }, web);
    await killDuring(bench(), 'first', 1, 'install');

    const [first] = await storage.list('first', 'web', signal);
    expect(first).to.deep.include({
      status: 'pending-install',
      marks: { digest: 'v1.abc.def', revision: 2 },
    });

    await storage.mark('first', 'web', 1, { status: 'failed', description: 'interrupted' }, signal);
    ok(await helm.install({ ...requests.install, replace: true }, signal));
    expect((await storage.list('first', 'web', signal)).map(({ status }) => status)).to.deep.equal([
      'failed',
      'deployed',
    ]);
  });

  it('writes what a failed wait would have left, and helm goes by it', async () => {
    const { helm, storage, web, namespace, cli, kubectl } = bench();
    const requests = requestsFor({ namespace: await namespace('condemned'), name: 'web' }, web);
    ok(await helm.install(requests.install, signal));
    ok(await helm.upgrade({ ...requests.upgrade, inlineValues: { text: 'bad' } }, signal));

    await storage.mark('condemned', 'web', 1, { status: 'deployed' }, signal);
    await storage.mark('condemned', 'web', 2, { status: 'failed', description: 'not ready' }, signal);

    expect(await cli('list', '-n', 'condemned', '--failed', '-q')).to.equal('web');
    // Helm prunes everything but the last deployed revision: it must be the good one that stays.
    ok(await helm.upgrade({ ...requests.upgrade, maxHistory: 2, inlineValues: { text: 'better' } }, signal));
    expect((await storage.list('condemned', 'web', signal)).map(({ revision }) => revision)).to.deep.equal([
      1, 3,
    ]);
    const secret = JSON.parse(
      await kubectl('get', 'secret', 'sh.helm.release.v1.web.v1', '-n', 'condemned', '-o', 'json'),
    ) as { data: { release: string }; metadata: { labels: Record<string, string> } };
    expect((await decodeRelease(secret.data.release)).info.status).to.equal('superseded');
    expect(secret.metadata.labels['status']).to.equal('superseded');
  });
}

async function pending({ storage }: Bench, namespace: string, revision: number): Promise<void> {
  await eventually(async () => {
    const record = (await storage.list(namespace, 'web', signal)).at(-1);
    expect(record?.revision).to.equal(revision);
    expect(record?.status).to.match(/^pending-/);
  });
}

/** kill -9 while a hook runs: helm cannot say anything any more. */
async function killDuring(
  bench: Bench,
  namespace: string,
  revision: number,
  verb: 'install' | 'upgrade',
): Promise<void> {
  const requests = requestsFor({ namespace, name: 'web' }, bench.web);
  const outcome = bench.helm[verb](
    { ...requests.install, ...requests.upgrade, inlineValues: HANGING, labels: MARKS },
    signal,
  );
  await pending(bench, namespace, revision);
  for (const { pid, commandLine } of await childrenOf(bench.workDir.path)) {
    if (commandLine.includes(`\0${namespace}\0`)) process.kill(pid, 'SIGKILL');
  }
  expect(failure(await outcome).class).to.equal('KILLED');
}
