import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { bootMs } from '../../../src/process/boot-clock.ts';
import { OWNER_VARIABLE } from '../../../src/process/leftovers.ts';
import { processesWith } from '../../../src/process/proc.ts';
import type { RunOptions, RunResult } from '../../../src/process/run.ts';
import { createSupervisor, type Supervisor } from '../../../src/process/supervisor/supervisor.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { ended, eventually, isRunning } from './eventually.ts';

describe('the supervisor', function () {
  this.timeout(20_000);
  let dir: string;
  let supervisor: Supervisor;
  let options: RunOptions;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'supervisor-test-'));
    supervisor = createSupervisor({ owner: dir, log: silentLogger, graceMs: 2_000 });
    options = {
      env: { PATH: '/usr/bin:/bin' },
      cwd: dir,
      timeoutMs: 20_000,
      signal: new AbortController().signal,
    };
  });
  afterEach(async () => {
    await supervisor.close();
    await rm(dir, { recursive: true, force: true });
  });

  const sh = (script: string): Promise<RunResult> => supervisor.run('sh', ['-c', script], options);
  const pidIn = (name: string): Promise<number> =>
    eventually(async () => {
      const text = await readFile(join(dir, name), 'utf8').catch(() => '');
      return text.endsWith('\n') ? Number(text) : undefined;
    });
  const PARENT = 'ps -o ppid= -p $$ | tr -d " " > parent';

  it('is one process, whatever it runs', async () => {
    const results = await Promise.all([1, 2, 3].map(() => sh('ps -o ppid= -p $$')));

    const parents = results.map((result) => (result.kind === 'done' ? result.stdout.trim() : result.kind));
    expect(new Set(parents)).to.have.property('size', 1);
    expect(Number(parents[0])).to.be.above(0).and.not.equal(process.pid);
  });

  it('gives back as many bytes as may be asked for', async () => {
    const result = await supervisor.run('head', ['-c', '15000000', '/dev/zero'], {
      ...options,
      encoding: 'buffer',
    });

    expect(result.kind === 'done' && result.stdoutBytes.equals(Buffer.alloc(15_000_000))).to.equal(true);
  });

  it('is gone when it is closed', async () => {
    await sh(PARENT);
    const pid = await pidIn('parent');

    await supervisor.close();

    expect(await isRunning(pid)).to.equal(false);
  });

  it('is started again when it was killed, after what it ran has come to its end', async () => {
    const slow = sh(`${PARENT}; sleep 0.5; echo done > slow`);
    process.kill(await pidIn('parent'), 'SIGKILL');

    expect(await slow).to.include({ kind: 'failed', signal: 'SIGKILL' });
    expect(await readFile(join(dir, 'slow'), 'utf8')).to.equal('done\n');
    expect((await sh('true')).kind).to.equal('done');
  });

  it('does not let go on for ever what it ran when it was killed', async () => {
    const endless = sh(`${PARENT}; echo $$ > endless; exec sleep 60`);
    const pid = await pidIn('endless');
    process.kill(await pidIn('parent'), 'SIGKILL');

    expect((await endless).kind).to.equal('failed');
    await ended(pid);
  });

  it('is started again only when something is to be run', async () => {
    await sh(PARENT);
    const first = await pidIn('parent');
    process.kill(first, 'SIGKILL');
    await ended(first);
    // Long enough for one that is started as soon as the first is gone.
    await sleep(300);
    expect(await processesWith(`${OWNER_VARIABLE}=${dir}`)).to.deep.equal([]);

    await eventually(async () => ((await sh(PARENT)).kind === 'done' ? true : undefined));

    expect(await pidIn('parent')).not.to.equal(first);
  });

  it('says of what was stopped that it was stopped, also when it was killed over it', async () => {
    const stop = new AbortController();
    const options_ = { ...options, signal: stop.signal, killGraceMs: 20_000 };
    const stubborn = supervisor
      .run('sh', ['-c', `trap '' TERM; ${PARENT}; echo $$ > pid; while :; do sleep 0.1; done`], options_)
      .catch(String);
    const pid = await pidIn('pid');
    stop.abort(new Error('enough'));
    process.kill(await pidIn('parent'), 'SIGKILL');
    process.kill(pid, 'SIGKILL');

    expect(await stubborn).to.equal('Error: enough');
    await ended(pid);
  });

  it('leaves nobody waiting for what it has not told when it is closed', async () => {
    const endless = sh(`${PARENT}; echo $$ > endless; exec sleep 60`);
    const pid = await pidIn('endless');

    const closed = supervisor.close();
    process.kill(pid, 'SIGKILL');

    await closed;
    expect((await endless).kind).to.equal('failed');
  });

  it('lets its children end when the operator is gone, and then ends itself', async () => {
    const running = sh(`${PARENT}; sleep 0.5; echo done > slow`);
    running.catch(() => undefined);
    const pid = await pidIn('parent');

    void supervisor.close();

    await ended(pid);
    expect(await readFile(join(dir, 'slow'), 'utf8')).to.equal('done\n');
  });

  it('ends what runs by the time that it was told, though the operator stands still, and starts nothing more', async () => {
    supervisor.holdUntil(inMs(60_000));
    const running = sh(`${PARENT}; echo $$ > pid; exec sleep 60`);
    const pid = await pidIn('pid');
    supervisor.holdUntil(inMs(300));

    expect(await running).to.include({ kind: 'failed', signal: 'SIGTERM' });
    await ended(pid);
    // It was asked, and is gone: what it was asked for is lost with it, and no fault of a release.
    expect(await sh('true')).to.include({ kind: 'failed', signal: 'SIGKILL' });
    supervisor.holdUntil(inMs(60_000));
    expect(await eventually(async () => ((await sh('true')).kind === 'done' ? true : undefined))).to.equal(
      true,
    );
  });

  it('tells the time also to one that is started again', async () => {
    await sh(PARENT);
    supervisor.holdUntil(inMs(0));
    const first = await pidIn('parent');
    process.kill(first, 'SIGKILL');
    await ended(first);

    expect(await sh('true')).to.include({ kind: 'failed', signal: 'SIGKILL' });
  });
});

function inMs(ms: number): number {
  return bootMs() + ms;
}
