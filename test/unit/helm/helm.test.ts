import { expect } from 'chai';
import { createHelm, type Helm, type HelmOptions } from '../../../src/helm/helm.ts';
import type { HelmBinary } from '../../../src/helm/binary.ts';
import type { RevisionRecord } from '../../../src/helm/storage/revision.ts';
import type { RunOptions, RunResult } from '../../../src/process/run.ts';
import type { WorkDir } from '../../../src/process/work-dir.ts';
import { ENDLESS } from '../../support/memory.ts';
import { createSlots } from '../../../src/helm/slots.ts';
import { systemClock } from '../../../src/telemetry/clock.ts';
import { done, failed, fakeRun, type Call } from './fake-run.ts';
import { requests } from './requests.ts';
import { temporaryWorkDir } from './work-dir.ts';

const signal = new AbortController().signal;
const helm3: HelmBinary = { path: '/bin/helm3', version: '3.22.0', major: 3 };
const helm4: HelmBinary = { path: '/bin/helm', version: '4.3.1', major: 4 };

describe('createHelm', () => {
  let workDir: WorkDir;
  beforeEach(async () => {
    workDir = await temporaryWorkDir();
  });
  afterEach(() => workDir.close());

  interface Bench {
    readonly helm: Helm;
    readonly calls: readonly Call[];
    readonly asked: string[];
    /** Of which releases the Secrets were asked for. */
    readonly secretsAsked: readonly string[];
  }

  function bench(
    binary: HelmBinary,
    answer: (args: readonly string[], options: RunOptions) => RunResult = () => done(),
    storage: Partial<HelmOptions['storage']> = {},
  ): Bench {
    const { run, calls } = fakeRun(answer);
    const asked: string[] = [];
    const secretsAsked: string[] = [];
    const told = <T>(what: string, value: T): Promise<T> => {
      asked.push(what);
      return Promise.resolve(value);
    };
    const helm = createHelm({
      run,
      binary,
      workDir,
      kubeconfigPath: () => Promise.resolve('/srv/kubeconfig'),
      slots: createSlots({ sizes: { fast: 1, slow: 1, package: 1 }, room: ENDLESS, stopping: signal }),
      clock: systemClock,
      storage: {
        list: () => told('list', []),
        mark: (_namespace, _name, revision, { status }) =>
          told(`mark ${String(revision)} ${status}`, undefined),
        purge: () => told('purge', undefined),
        applyMethod: () => told('applyMethod', 'server'),
        ...storage,
      },
      renderedSecrets: (namespace, name) => {
        secretsAsked.push(`${namespace}/${name}`);
        return Promise.resolve({ kind: 'words', words: ['made-by-chart'] });
      },
    });
    return { helm, calls, asked, secretsAsked };
  }

  it('gives inline values as JSON on standard input, and files before them', async () => {
    const { helm, calls } = bench(helm4);
    const inlineValues = { text: 'é"\n', nested: { list: [1, null] } };

    await helm.install({ ...requests.install, valuesFiles: [Buffer.from('a: 1')], inlineValues }, signal);

    const { args, options } = calls[0] ?? { args: [], options: undefined };
    expect(JSON.parse(String(options?.input))).to.deep.equal(inlineValues);
    expect(
      args.filter((_, at) => args[at - 1] === '--values').map((file) => file.replace(/.*\//, '')),
    ).to.deep.equal(['values-1.yaml', '-']);
  });

  it('reads what helm would store out of a rehearsal', async () => {
    const json = JSON.stringify({
      ...{ name: 'web', version: 2, info: {}, manifest: 'a: 1\n', config: { text: 'x' } },
    });
    const { helm } = bench(helm4, () => done(json));

    const outcome = await helm.dryRun(requests.upgrade, signal);

    expect(outcome.kind === 'ok' && outcome.release).to.deep.include({
      manifest: 'a: 1\n',
      config: { text: 'x' },
    });
  });

  for (const stdout of ['', 'not JSON', '{}']) {
    it(`calls a rehearsal failed that says '${stdout}'`, async () => {
      const { helm } = bench(helm4, () => done(stdout));

      const outcome = await helm.dryRun(requests.upgrade, signal);

      expect(outcome.kind === 'failed' && outcome.error.message).to.match(/^what helm would store is /);
    });
  }

  it('gives no standard input where there are no inline values', async () => {
    const { helm, calls } = bench(helm4);

    await helm.upgrade(requests.upgrade, signal);

    expect(calls[0]?.options.input).to.equal(undefined);
    expect(calls[0]?.args).to.not.include('--values');
  });

  it('installs by server-side apply unless it is told otherwise', async () => {
    const { helm, calls, asked } = bench(helm4);

    await helm.install({ ...requests.install, forceConflicts: true }, signal);
    await helm.install({ ...requests.install, apply: 'client' }, signal);

    expect(calls[0]?.args).to.include.members(['--server-side=true', '--force-conflicts']);
    expect(calls[1]?.args).to.include('--server-side=false');
    expect(asked).to.deep.equal([]);
  });

  it('goes on with the way of applying that the newest revision was made with', async () => {
    const client = bench(helm4, undefined, { applyMethod: () => Promise.resolve('client') });
    const server = bench(helm4);

    await client.helm.upgrade({ ...requests.upgrade, forceConflicts: true }, signal);
    await client.helm.rollback({ ...requests.rollback, forceConflicts: true }, signal);
    await server.helm.upgrade({ ...requests.upgrade, forceConflicts: true }, signal);
    await server.helm.rollback({ ...requests.rollback, forceConflicts: true }, signal);

    for (const { args } of client.calls) {
      expect(args).to.include('--server-side=false');
      expect(args).to.not.include('--force-conflicts');
    }
    for (const { args } of server.calls)
      expect(args).to.include.members(['--server-side=true', '--force-conflicts']);
  });

  it('does not ask how a release is applied where it makes no difference', async () => {
    const three = bench(helm3);
    const four = bench(helm4);

    await three.helm.upgrade(requests.upgrade, signal);
    await four.helm.upgrade({ ...requests.upgrade, force: true }, signal);
    await four.helm.rollback({ ...requests.rollback, apply: 'server' }, signal);

    expect([...three.asked, ...four.asked]).to.deep.equal([]);
  });

  it('turns a failure of helm into an error that names the release, without secrets', async () => {
    const { helm } = bench(helm4, () =>
      failed('Error: UPGRADE FAILED: hunter22 is "web" has no deployed releases\n'),
    );

    const outcome = await helm.upgrade({ ...requests.upgrade, secrets: ['hunter22'] }, signal);

    expect(outcome).to.include({ kind: 'failed', durationMs: 5 });
    if (outcome.kind !== 'failed') throw new Error('it went well');
    expect(outcome.error.class).to.equal('NO_DEPLOYED');
    expect(outcome.error.stderrTail).to.not.contain('hunter22');
  });

  it('masks what the release holds in its own Secrets, and asks for that only when something went wrong', async () => {
    const well = bench(helm3);
    const badly = bench(helm3, () => failed('Error: UPGRADE FAILED: token made-by-chart is wrong\n'));

    await well.helm.upgrade(requests.upgrade, signal);
    const outcome = await badly.helm.upgrade(requests.upgrade, signal);

    expect(outcome).to.have.nested.property('error.message', 'token *** is wrong');
    expect(badly.secretsAsked).to.deep.equal(['shop/web']);
    expect(well.secretsAsked).to.deep.equal([]);
  });

  it('runs nothing for a request that cannot be', async () => {
    const { helm, calls } = bench(helm4);

    const outcome = await helm.rollback({ ...requests.rollback, name: '--debug' }, signal);

    expect(calls).to.deep.equal([]);
    expect(outcome).to.have.nested.property('error.class', 'INVALID_REQUEST');
    expect(outcome).to.have.nested.property('error.retry', 'after-change');
  });

  it('says so when there is no kubeconfig for helm', async () => {
    const { run } = fakeRun(() => done());
    const helm = createHelm({
      run,
      binary: helm3,
      workDir,
      kubeconfigPath: () => Promise.reject(new Error('no token')),
      slots: createSlots({ sizes: { fast: 1, slow: 1, package: 1 }, room: ENDLESS, stopping: signal }),
      clock: systemClock,
      storage: {} as HelmOptions['storage'],
    });

    expect(await helm.test(requests.test, signal)).to.have.nested.property('error.class', 'NOT_STARTED');
  });

  it('rejects with the reason of an abort', async () => {
    const { run } = fakeRun();
    const abort = new AbortController();
    const helm = createHelm({
      run,
      binary: helm3,
      workDir,
      kubeconfigPath: () => Promise.resolve('/srv/kubeconfig'),
      slots: createSlots({ sizes: { fast: 1, slow: 1, package: 1 }, room: ENDLESS, stopping: signal }),
      clock: systemClock,
      storage: {} as HelmOptions['storage'],
    });

    const outcome = helm.test(requests.test, abort.signal).catch((caught: unknown) => caught);
    abort.abort(new Error('the operator is stopping'));

    expect(await outcome).to.have.property('message', 'the operator is stopping');
  });

  it('gives the path of a packaged chart', async () => {
    const { helm } = bench(helm4, () =>
      done('Successfully packaged chart and saved it to: /out/web 1-0.1.0.tgz\n'),
    );

    expect(await helm.packageChart('/src/web', '/out', signal)).to.equal('/out/web 1-0.1.0.tgz');
  });

  it('throws what is wrong with a chart that cannot be packaged', async () => {
    const { helm } = bench(helm4, () => failed('Error: Chart.yaml file is missing\n'));

    const error: unknown = await helm
      .packageChart('/src/web', '/out', signal)
      .catch((caught: unknown) => caught);

    expect(error).to.have.property('message', 'helm cannot read the chart: Chart.yaml file is missing');
  });

  describe('uninstall', () => {
    const unverified =
      '1 resource(s) were not deleted because their ownership could not be verified:\n[Service] web: timeout\n\nrelease "web" uninstalled\n';
    const newest = (status: RevisionRecord['status']): Partial<HelmOptions['storage']> => ({
      list: () =>
        Promise.resolve([
          {
            namespace: 'shop',
            name: 'web',
            revision: 4,
            status,
            marks: {},
            resourceVersion: '1',
            uid: 'u',
            secretName: 'sh.helm.release.v1.web.v4',
          },
        ]),
    });

    it('is left to helm where helm deletes or fails', async () => {
      const { helm, calls, asked } = bench(helm3);

      const outcome = await helm.uninstall(requests.uninstall, signal);

      expect(outcome).to.deep.include({ kind: 'ok', left: [] });
      expect(calls[0]?.args).to.not.include('--keep-history');
      expect(asked).to.deep.equal([]);
    });

    it('forgets the release itself where helm would forget it with objects left', async () => {
      const { helm, calls, asked } = bench(helm4);

      await helm.uninstall(requests.uninstall, signal);

      expect(calls.map(({ args }) => args.includes('--keep-history'))).to.deep.equal([true]);
      expect(asked).to.deep.equal(['purge']);
    });

    it('forgets nothing while helm could not ask about an object, so that it can be done again', async () => {
      const { helm, asked } = bench(helm4, () => done(unverified), newest('uninstalled'));

      const outcome = await helm.uninstall(requests.uninstall, signal);

      expect(outcome).to.have.nested.property('error.class', 'UNVERIFIED');
      expect(outcome).to.have.nested.property('error.retry', 'backoff');
      expect(outcome)
        .to.have.nested.property('error.message')
        .that.contains('did not delete them: Service web (timeout)');
      expect(asked).to.deep.equal(['mark 4 uninstalling']);
    });

    it('looks once more, without hooks, at a release that is uninstalled but not forgotten', async () => {
      const { helm, calls, asked } = bench(
        helm4,
        () => (calls.length === 1 ? failed('Error: the release named "web" is already deleted\n') : done()),
        newest('uninstalled'),
      );

      const outcome = await helm.uninstall(requests.uninstall, signal);

      expect(outcome.kind).to.equal('ok');
      expect(calls.map(({ args }) => args.includes('--no-hooks'))).to.deep.equal([false, true]);
      expect(asked).to.deep.equal(['mark 4 uninstalling', 'purge']);
    });

    it('counts a release that is not there as uninstalled', async () => {
      const { helm, asked } = bench(helm4, () =>
        failed('Error: uninstall: Release not loaded: web: release: not found\n'),
      );

      expect(await helm.uninstall(requests.uninstall, signal)).to.include({ kind: 'ok' });
      expect(asked).to.deep.equal([]);
    });

    it('tells what was left to others', async () => {
      const left =
        '1 resource(s) were not deleted because they are not owned by this release:\n[Service] web\n\n';
      const { helm, asked } = bench(helm4, () => done(left));

      const outcome = await helm.uninstall(requests.uninstall, signal);

      expect(outcome).to.deep.include({
        kind: 'ok',
        left: [{ kind: 'Service', name: 'web', why: 'foreign' }],
      });
      expect(asked).to.deep.equal(['purge']);
    });

    it('fails as helm fails', async () => {
      const { helm, asked } = bench(helm4, () => failed('Error: context deadline exceeded\n'));

      expect(await helm.uninstall(requests.uninstall, signal)).to.have.nested.property(
        'error.class',
        'TIMEOUT',
      );
      expect(asked).to.deep.equal([]);
    });
  });
});
