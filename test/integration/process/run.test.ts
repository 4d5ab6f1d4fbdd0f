import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createRun, type Run, type RunOptions, type RunResult } from '../../../src/process/run.ts';
import { createSupervisor } from '../../../src/process/supervisor/supervisor.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { ended, eventually, isRunning } from './eventually.ts';

const PATH = '/usr/bin:/bin';
const SECRET = 'hunter2-in-argv';

interface Starter {
  readonly run: Run;
  readonly close: () => Promise<void>;
}

const STARTERS: Readonly<Record<string, (owner: string) => Starter>> = {
  'run by ourselves': (owner) => ({ run: createRun({ owner }), close: () => Promise.resolve() }),
  'run by the supervisor': (owner) => createSupervisor({ owner, log: silentLogger }),
};

for (const [title, open] of Object.entries(STARTERS))
  describe(title, () => {
    let dir: string;
    let starter: Starter;
    let run: Run;
    let options: RunOptions;

    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), 'run-test-'));
      starter = open(dir);
      ({ run } = starter);
      options = {
        env: { PATH },
        cwd: dir,
        timeoutMs: 20_000,
        killGraceMs: 5_000,
        signal: new AbortController().signal,
      };
    });
    afterEach(async () => {
      await starter.close();
      await rm(dir, { recursive: true, force: true });
    });

    const sh = (script: string, more: Partial<RunOptions> = {}): Promise<RunResult> =>
      run('sh', ['-c', script], { ...options, ...more });

    /** The number a script wrote into a file, once it has. */
    const pidIn = (name: string): Promise<number> =>
      eventually(async () => {
        const text = await readFile(join(dir, name), 'utf8').catch(() => '');
        return text.endsWith('\n') ? Number(text) : undefined;
      });

    it('shows the child its environment and the owner, and nothing of ours', async () => {
      process.env['LEAK_ME'] = 'secret';
      try {
        const result = await run('env', [], { ...options, env: { PATH, A: '1' } });

        expect(result.kind === 'done' ? result.stdout.trim().split('\n').sort() : result).to.deep.equal([
          'A=1',
          `HELM_RELEASE_OPERATOR_OWNER=${dir}`,
          `PATH=${PATH}`,
        ]);
      } finally {
        delete process.env['LEAK_ME'];
      }
    });

    it('keeps output as it is, standard error apart', async () => {
      const result = await sh('printf "a\\n\\n"; printf "ä\\n" >&2');

      expect(result).to.include({ kind: 'done', stdout: 'a\n\n', stderr: 'ä\n' });
      expect(result).to.have.property('durationMs').above(0);
    });

    it('hands over bytes that are not text', async () => {
      const result = await sh('printf "\\377\\000\\376"', { encoding: 'buffer' });

      expect(result).to.include({ kind: 'done', stdout: '' });
      expect(result.kind === 'done' && [...result.stdoutBytes]).to.deep.equal([255, 0, 254]);
    });

    it('gives standard input, an empty one without it, and survives a child that does not read it', async () => {
      const given = await run('cat', [], { ...options, input: 'text' });
      const empty = await run('cat', [], options);
      const unread = await run('true', [], { ...options, input: Buffer.alloc(5_000_000) });

      expect(given).to.include({ kind: 'done', stdout: 'text' });
      expect(empty).to.include({ kind: 'done', stdout: '' });
      expect(unread.kind).to.equal('done');
    });

    it('reports exit code and output of a failure without the arguments', async () => {
      const result = await run('sh', ['-c', 'echo out; echo err >&2; exit 3', SECRET], options);

      expect(result).to.include({
        kind: 'failed',
        exitCode: 3,
        stdout: 'out\n',
        stderr: 'err\n',
        why: 'ended with exit code 3',
      });
      expect(JSON.stringify(result)).not.to.contain(SECRET);
    });

    it('reports a signal that ended the child', async () => {
      expect(await sh('kill -9 $$')).to.include({
        kind: 'failed',
        exitCode: undefined,
        signal: 'SIGKILL',
        why: 'was ended by SIGKILL',
      });
    });

    describe('a child that cannot start', () => {
      it('is reported when there is no such program or folder', async () => {
        const noProgram = await run('no-such-program', [SECRET], options);
        const noFolder = await run('true', [], { ...options, cwd: join(dir, 'missing') });

        expect(noProgram).to.deep.equal({ kind: 'not-started', why: 'there is no such program' });
        expect(noFolder).to.deep.equal({
          kind: 'not-started',
          why: 'the folder to start it in is not there',
        });
      });

      it('is reported without its arguments when they are not acceptable', async () => {
        const nul = await run('true', [`${SECRET}\0`], options);
        const long = await run('true', [SECRET.repeat(200_000)], options);

        expect(nul.kind).to.equal('not-started');
        expect(long).to.deep.equal({
          kind: 'not-started',
          why: 'its arguments and environment are too long',
        });
        expect(JSON.stringify(nul)).not.to.contain(SECRET);
      });
    });

    it('reports that there is no place to write the input down', async () => {
      const homeless = createRun({ owner: join(dir, 'missing') });

      expect(await homeless('cat', [], { ...options, input: 'x' })).to.deep.equal({
        kind: 'not-started',
        why: 'its input cannot be written down (ENOENT)',
      });
    });

    it('ends a child that writes too much, keeping what came before', async () => {
      const result = await sh('yes', { maxOutputBytes: 1_000 });

      expect(result).to.include({ kind: 'failed', why: 'wrote more than 1 kB' });
      expect(result.kind === 'failed' && result.stdout.length).to.equal(1_000);
    });

    it('ends a child that takes too much memory, with what it has started', async () => {
      const held = 'const held = Buffer.alloc(200e6, 1); setInterval(() => held.length, 1000)';
      const script = `"$NODE" -e '${held}' & echo $! > child; wait`;
      const result = await sh(script, { env: { PATH, NODE: process.execPath }, maxMemoryBytes: 150e6 });

      expect(result).to.include({ kind: 'failed', why: 'took more than 150 MB of memory' });
      await ended(await pidIn('child'));
      expect(await sh('echo small', { maxMemoryBytes: 150e6 })).to.include({
        kind: 'done',
        stdout: 'small\n',
      });
    });

    it('counts the cap in bytes, for standard error too', async () => {
      const fits = await sh('printf "ääää"', { maxOutputBytes: 8 });
      const over = await sh('printf "ääää" >&2', { maxOutputBytes: 7 });

      expect(fits.kind).to.equal('done');
      expect(over).to.include({ kind: 'failed', why: 'wrote more than 7 bytes' });
    });

    it('ends a child that takes too long', async () => {
      const result = await sh('echo begun; sleep 60', { timeoutMs: 300 });

      expect(result).to.include({
        kind: 'failed',
        stdout: 'begun\n',
        timedOut: true,
        why: 'did not finish in 0.3 s',
      });
    });

    describe('when aborted', () => {
      it('sends SIGTERM, lets the child finish within its grace, and rejects with the reason once it is gone', async () => {
        const stop = new AbortController();
        const script =
          'trap "echo cleaned > cleaned; exit 0" TERM; echo $$ > pid; while :; do sleep 0.05; done';
        const running = sh(script, { signal: stop.signal });
        const pid = await pidIn('pid');

        stop.abort(new Error('operator stops'));

        expect(await running.catch(String)).to.equal('Error: operator stops');
        expect(await readFile(join(dir, 'cleaned'), 'utf8')).to.equal('cleaned\n');
        expect(await isRunning(pid)).to.equal(false);
      });

      it('kills the child and its descendants when the grace is over', async () => {
        const stop = new AbortController();
        const script =
          'trap "" TERM; sh -c "echo \\$\\$ > inner; while :; do sleep 0.1; done" & echo $$ > pid; while :; do sleep 0.1; done';
        const running = sh(script, { signal: stop.signal, killGraceMs: 200 });
        const pids = [await pidIn('pid'), await pidIn('inner')];

        stop.abort(new Error('stop'));

        expect(await running.catch(String)).to.equal('Error: stop');
        await ended(...pids);
      }).timeout(15_000);

      it('does not start anything if it was aborted before', async () => {
        const result = run('touch', ['started'], {
          ...options,
          signal: AbortSignal.abort(new Error('early')),
        });

        expect(await result.catch(String)).to.equal('Error: early');
        expect(await readFile(join(dir, 'started')).catch(() => 'absent')).to.equal('absent');
      });
    });

    it('ends what a finished child left running in its group, even if that ignores SIGTERM', async () => {
      const script =
        '(trap "" TERM; sh -c "echo \\$\\$ > left; exec sleep 60") >/dev/null 2>&1 & while ! [ -s left ]; do sleep 0.02; done';

      const result = await sh(script);

      expect(result.kind).to.equal('done');
      const left = await pidIn('left');
      await ended(left);
    }).timeout(15_000);
  });
