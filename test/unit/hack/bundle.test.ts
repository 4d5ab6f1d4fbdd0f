import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import type { Order } from '../../../src/process/supervisor/messages.ts';
import { encoded, RECORD } from '../helm/storage/encoded.ts';

describe('the bundle', () => {
  let elsewhere = '';
  before(function () {
    this.timeout(60_000);
    elsewhere = mkdtempSync(join(tmpdir(), 'bundle-'));
    const { status, stderr } = spawnSync(process.execPath, ['hack/bundle.ts'], { encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
  });
  after(() => {
    rmSync(elsewhere, { recursive: true });
  });

  const start = (...args: readonly string[]) =>
    spawnSync(process.execPath, [resolve('dist/main.mjs'), ...args], {
      cwd: elsewhere,
      encoding: 'utf8',
      env: {},
    });

  it('knows the version of package.json wherever it is started', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

    const { status, stdout, stderr } = start('--version');

    expect((stdout + stderr).trim()).to.equal(version);
    expect(status).to.equal(0);
  });

  it('has what checks OpenPGP signatures in a file of its own, which is read only with the first of them', () => {
    const main = readFileSync('dist/main.mjs', 'utf8');
    const file = /\bimport\("\.\/(openpgp-\w+\.mjs)"\)/.exec(main)?.[1] ?? '';

    expect(readFileSync(join('dist', file), 'utf8')).to.contain('BEGIN PGP SIGNATURE');
    for (const name of readdirSync('dist').filter((one) => one.endsWith('.mjs'))) {
      expect(readFileSync(join('dist', name), 'utf8')).not.to.match(/from"\.\/openpgp-/);
    }
  });

  it('has the packages of OpenTelemetry in a file of its own, which is read only where there is an endpoint', () => {
    const main = readFileSync('dist/main.mjs', 'utf8');
    const file = /\bimport\("\.\/(opentelemetry-\w+\.mjs)"\)/.exec(main)?.[1] ?? '';

    expect(readFileSync(join('dist', file), 'utf8')).to.contain('BatchSpanProcessor');
    for (const name of readdirSync('dist').filter((one) => one.endsWith('.mjs') && one !== file)) {
      expect(readFileSync(join('dist', name), 'utf8')).not.to.match(
        /from"\.\/opentelemetry-|BatchSpanProcessor/,
      );
    }
  });

  it('has the thread that reads large indexes of charts beside it', async () => {
    const file = join(elsewhere, 'index.yaml');
    writeFileSync(file, 'entries:\n  web:\n  - version: 1.0.0\n');
    const worker = new Worker(resolve('dist/index-worker.mjs'), { workerData: { kind: 'cut', file } });

    const [result] = (await once(worker, 'message')) as [unknown];

    expect(result).to.deep.include({ kind: 'cut', form: 'yaml' });
  });

  it('has the thread that reads large records of Helm beside it', async () => {
    const worker = new Worker(resolve('dist/release-worker.mjs'), { workerData: encoded(RECORD) });

    const [result] = (await once(worker, 'message')) as [unknown];

    expect(result).to.have.nested.property('release.applyMethod', 'server');
  });

  it('has the process that starts all others beside it', async () => {
    const supervisor = fork(resolve('dist/supervisor-process.mjs'), [elsewhere], {
      serialization: 'advanced',
      env: {},
    });
    const options = { env: {}, cwd: elsewhere, timeoutMs: 10_000, input: 'text' };
    supervisor.send({ kind: 'run', id: 7, file: '/bin/cat', args: [], options } satisfies Order);

    const [report] = (await once(supervisor, 'message')) as [unknown];

    expect(report).to.have.nested.property('end.stdout', 'text');
    expect(report).to.have.property('id', 7);
    supervisor.disconnect();
    expect(await once(supervisor, 'exit')).to.deep.equal([0, null]);
  });

  it('refuses wrong arguments with exit status 2 and prints its help with 0', () => {
    expect(start('--workers=none')).to.include({ status: 2, stdout: '' });
    expect(start('--help').status).to.equal(0);
  });
});
