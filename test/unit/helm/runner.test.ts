import { expect } from 'chai';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import {
  createRunner,
  type FinishedHelm,
  type Job,
  type Runner,
  type RunnerOptions,
} from '../../../src/helm/runner.ts';
import type { WorkDir } from '../../../src/process/work-dir.ts';
import { systemClock } from '../../../src/telemetry/clock.ts';
import { done, failed, fakeRun } from './fake-run.ts';
import { temporaryWorkDir } from './work-dir.ts';

const signal = new AbortController().signal;

describe('createRunner', () => {
  let workDir: WorkDir;
  beforeEach(async () => {
    workDir = await temporaryWorkDir();
  });
  afterEach(() => workDir.close());

  const job: Job = {
    verb: 'upgrade',
    limitMs: 60_000,
    files: [],
    arguments: () => ['upgrade'],
  };

  function runner(run: RunnerOptions['run'], more: Partial<RunnerOptions> = {}): Runner {
    return createRunner({
      run,
      binary: { path: '/bin/helm', version: '4.3.1', major: 4 },
      workDir,
      kubeconfigPath: () => Promise.resolve('/srv/kubeconfig'),
      clock: systemClock,
      ...more,
    });
  }

  async function until(holds: () => boolean): Promise<void> {
    for (let turns = 0; !holds(); turns += 1) {
      if (turns > 10_000) throw new Error('it never came to be');
      await turn();
    }
  }

  it('shows helm an environment of its own and an empty folder', async () => {
    const { run, calls } = fakeRun(() => done());

    await runner(run, { environment: { HTTPS_PROXY: 'http://proxy:3128', PATH: '/evil' } })(job, signal);

    const { env = {}, cwd = '', timeoutMs } = calls[0]?.options ?? {};
    expect(env).to.include({
      PATH: '/usr/bin:/bin',
      KUBECONFIG: '/srv/kubeconfig',
      HELM_DRIVER: 'secret',
      HELM_QPS: '-1',
      GOGC: '400',
      HTTPS_PROXY: 'http://proxy:3128',
    });
    expect(env).to.not.have.any.keys('HELM_NAMESPACE', 'HELM_KUBETOKEN', 'HELM_DEBUG');
    expect(await readdir(cwd)).to.deep.equal([]);
    expect(await readdir(env['HELM_PLUGINS'] ?? '')).to.deep.equal([]);
    expect(env['HOME']).to.match(new RegExp(`^${workDir.path}/`));
    expect(timeoutMs).to.equal(60_000);
  });

  it('writes values to files that only we can read, and deletes them with the process', async () => {
    let paths: readonly string[] = [];
    const { run } = fakeRun(async (args) => {
      paths = args;
      const texts = await Promise.all(args.map((path) => readFile(path, 'utf8')));
      const modes = await Promise.all(args.map(async (path) => (await stat(path)).mode & 0o777));
      expect(texts).to.deep.equal(['a: 1', 'b: 2']);
      expect(modes).to.deep.equal([0o600, 0o600]);
      return done();
    });
    const files = [Buffer.from('a: 1'), Buffer.from('b: 2')];

    await runner(run)({ ...job, files, arguments: (written) => written }, signal);

    expect(paths).to.have.length(2);
    for (const path of paths) expect(await exists(path), path).to.equal(false);
  });

  it('deletes the files of a run that failed, and of one that could not be described', async () => {
    const { run } = fakeRun(() => failed('Error: no'));
    const before = await readdir(workDir.path);

    await runner(run)({ ...job, files: [Buffer.from('a')] }, signal);
    const refuse = (): never => {
      throw new Error('refused');
    };
    const failure: unknown = await runner(run)(
      { ...job, files: [Buffer.from('a')], arguments: refuse },
      signal,
    ).catch((caught: unknown) => caught);

    expect(failure).to.have.property('message', 'refused');
    const left = (await readdir(workDir.path)).filter((name) => !before.includes(name));
    expect(left).to.deep.equal(['helm']);
  });

  it('starts nothing any more once the operator is stopping, however far the run had come', async () => {
    const { run, calls } = fakeRun();
    const stopping = AbortSignal.abort(new Error('the operator is stopping'));

    const failure: unknown = await runner(run, { stopping })(job, signal).catch((caught: unknown) => caught);

    expect(failure).to.have.property('message', 'the operator is stopping');
    expect(calls).to.deep.equal([]);
  });

  it('tells how each run ended', async () => {
    const finished: FinishedHelm[] = [];
    const abort = new AbortController();
    const { run, calls } = fakeRun();
    const helm = runner(run, { onFinished: (one) => finished.push(one) });

    const first = helm(job, signal);
    await until(() => calls.length === 1);
    calls[0]?.end();
    await first;
    const second = helm({ ...job, verb: 'install' }, signal);
    await until(() => calls.length === 2);
    calls[1]?.end(failed('Error: no'));
    await second;
    const third = helm({ ...job, verb: 'test' }, abort.signal).catch(() => undefined);
    await until(() => calls.length === 3);
    abort.abort(new Error('stop'));
    await third;

    expect(finished.map(({ verb, result }) => [verb, result])).to.deep.equal([
      ['upgrade', 'ok'],
      ['install', 'failed'],
      ['test', 'aborted'],
    ]);
    expect(finished.every(({ seconds }) => seconds >= 0)).to.equal(true);
  });

  it('tries to make its folders again after it could not', async () => {
    const { run } = fakeRun(() => done());
    await writeFile(join(workDir.path, 'file'), '');
    let path = join(workDir.path, 'file');
    const helm = runner(run, {
      workDir: {
        get path() {
          return path;
        },
        temp: (prefix) => workDir.temp(prefix),
        close: () => workDir.close(),
      },
    });

    const failure: unknown = await helm(job, signal).catch((caught: unknown) => caught);
    path = workDir.path;

    expect(failure).to.be.instanceOf(Error);
    expect(await helm(job, signal)).to.have.property('kind', 'done');
  });
});

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
