import { expect } from 'chai';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { clearWorkDirs, openWorkDir, type WorkDir } from '../../../src/process/work-dir.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { ended, eventually, isRunning } from './eventually.ts';

const OWNER = join(import.meta.dirname, 'owner.ts');

describe('a work directory', () => {
  let base: string;
  let owners: ChildProcess[];
  let opened: WorkDir[];

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'work-dir-test-'));
    owners = [];
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(owners.map(kill));
    await open({ graceMs: 0, killGraceMs: 0 }); // ends what the owners left
    await rm(base, { recursive: true, force: true });
  });

  async function open(graces: { graceMs?: number; killGraceMs?: number } = {}): Promise<WorkDir> {
    const workDir = await openWorkDir(base, { log: silentLogger, ...graces });
    opened.push(workDir);
    return workDir;
  }

  /** Another process with a work directory and a child that runs `script` in it, once that is at READY. */
  async function startOwner(
    script: string,
    ...more: readonly string[]
  ): Promise<{ owner: ChildProcess; path: string; child: number }> {
    const text = script.replace('READY', () => 'echo $$ > pid');
    const owner = spawn(process.execPath, [OWNER, base, text, ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    owners.push(owner);
    const path = String((await once(owner.stdout, 'data'))[0]).trim();
    const child = await eventually(async () => {
      const text = await readFile(join(path, 'pid'), 'utf8').catch(() => '');
      return text.endsWith('\n') ? Number(text) : undefined;
    });
    return { owner, path, child };
  }

  async function kill(owner: ChildProcess): Promise<void> {
    if (owner.kill('SIGKILL')) await once(owner, 'exit');
  }

  it('is private, gives out private directories and is gone when closed', async () => {
    const workDir = await open();
    const temp = await workDir.temp('values');
    await writeFile(join(temp.path, 'file'), 'text');

    const modes = await Promise.all(
      [workDir.path, temp.path].map(async (path) => (await stat(path)).mode & 0o777),
    );
    await temp[Symbol.asyncDispose]();
    const left = await readdir(workDir.path);
    await workDir.close();

    expect(modes).to.deep.equal([0o700, 0o700]);
    expect(basename(temp.path)).to.match(/^values-/);
    expect(left).to.deep.equal([]);
    expect(await readdir(base)).to.deep.equal([]);
  });

  it('leaves directories of living owners and files of others alone', async () => {
    const { path, child } = await startOwner('READY; exec sleep 60');
    await mkdir(join(base, 'helm-release-operator-notes'));
    await writeFile(join(base, 'helm-release-operator-1-1-00000000-abc'), 'a file, not a directory');

    const workDir = await open({ graceMs: 0, killGraceMs: 0 });

    expect(await readdir(base)).to.have.members([
      basename(path),
      basename(workDir.path),
      'helm-release-operator-notes',
      'helm-release-operator-1-1-00000000-abc',
    ]);
    expect(await isRunning(child)).to.equal(true);
  });

  it('deletes the directory of a killed owner after its child has ended by itself', async () => {
    const { owner, path, child } = await startOwner(
      'READY; while ! [ -e ../go ]; do sleep 0.05; done; echo done > ../done',
    );
    await kill(owner);
    const opening = open({ graceMs: 60_000 });
    expect(await isRunning(child)).to.equal(true);

    await writeFile(join(base, 'go'), '');
    await opening;

    expect(await readFile(join(base, 'done'), 'utf8')).to.equal('done\n');
    expect(await isRunning(child)).to.equal(false);
    expect(await readdir(base)).not.to.contain(basename(path));
  }).timeout(15_000);

  it('is cleared of what dead owners left without one of its own, and need not be there', async () => {
    const living = await startOwner('READY; exec sleep 60');
    const { owner, path, child } = await startOwner('READY; exec sleep 60');
    await kill(owner);

    await clearWorkDirs(base, { log: silentLogger, graceMs: 0, killGraceMs: 0 });
    await clearWorkDirs(join(base, 'none'), { log: silentLogger });

    expect(await readdir(base)).to.deep.equal([basename(living.path)]);
    expect(basename(path)).to.not.equal(basename(living.path));
    expect([await isRunning(child), await isRunning(living.child)]).to.deep.equal([false, true]);
  });

  it('leaves the child of a killed owner all of its standard input', async () => {
    const { owner, path, child } = await startOwner(
      'READY; while ! [ -e ../go ]; do sleep 0.05; done; wc -c > ../got',
      '300000',
    );
    await kill(owner);
    const opening = open({ graceMs: 60_000 });

    await writeFile(join(base, 'go'), '');
    await opening;

    expect(Number(await readFile(join(base, 'got'), 'utf8'))).to.equal(300_000);
    expect(await isRunning(child)).to.equal(false);
    expect(await readdir(base)).not.to.contain(basename(path));
  }).timeout(15_000);

  it('ends the child of a killed owner by SIGTERM when it does not end by itself', async () => {
    const { owner, path, child } = await startOwner(
      // its standard error goes with its owner, and dash reports there what a signal ended
      'exec 2>/dev/null; trap "echo TERM > ../got; exit" TERM; READY; while :; do sleep 0.05; done',
    );
    await kill(owner);

    await open({ graceMs: 0 });

    expect(await readFile(join(base, 'got'), 'utf8')).to.equal('TERM\n');
    expect(await isRunning(child)).to.equal(false);
    expect(await readdir(base)).not.to.contain(basename(path));
  }).timeout(15_000);

  it('kills a child of a killed owner that ignores SIGTERM, and its child too', async () => {
    const { owner, path, child } = await startOwner(
      'trap "" TERM; sh -c "echo \\$\\$ > inner; while :; do sleep 0.1; done" & READY; while :; do sleep 0.1; done',
    );
    const inner = await eventually(async () => {
      const text = await readFile(join(path, 'inner'), 'utf8').catch(() => '');
      return text.endsWith('\n') ? Number(text) : undefined;
    });
    await kill(owner);

    await open({ graceMs: 0, killGraceMs: 100 });

    await ended(child, inner);
    expect(await readdir(base)).not.to.contain(basename(path));
  }).timeout(15_000);

  it('takes a directory whose process number now belongs to another process for dead', async () => {
    const self = await open();
    const name = basename(self.path).replace(/-\d+-([0-9a-f]{8})-/, '-1-$1-');
    const otherBoot = basename(self.path).replace(/-[0-9a-f]{8}-/, '-00000000-');
    await Promise.all([name, otherBoot].map((dead) => mkdir(join(base, dead))));

    await open();

    expect(await readdir(base)).to.have.members(opened.map(({ path }) => basename(path)));
  });
});
