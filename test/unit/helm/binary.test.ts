import { expect } from 'chai';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detectHelm, HelmBinaryError, isAtLeast } from '../../../src/helm/binary.ts';
import type { Run, RunResult } from '../../../src/process/run.ts';

const signal = new AbortController().signal;

describe('detectHelm', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'detect-helm-'));
    await writeFile(join(dir, 'helm'), '');
    await chmod(join(dir, 'helm'), 0o755);
    await writeFile(join(dir, 'notes.txt'), '');
  });
  after(() => rm(dir, { recursive: true }));

  const says =
    (stdout: string): Run =>
    () =>
      Promise.resolve({ kind: 'done', stdout, stdoutBytes: Buffer.alloc(0), stderr: '', durationMs: 1 });
  const detect = (run: Run, file = join(dir, 'helm')): Promise<unknown> =>
    detectHelm(run, file, { searchPath: `/nowhere:${dir}`, cwd: dir, signal });

  const accepted = [
    { says: 'v4.3.1', version: '4.3.1', major: 4 },
    { says: 'v4.1.4\n', version: '4.1.4', major: 4 },
    { says: 'v3.18.0+g05fa379', version: '3.18.0', major: 3 },
    { says: 'v3.22', version: '3.22', major: 3 },
    { says: 'v4.4.0-rc.1', version: '4.4.0-rc.1', major: 4 },
  ];
  for (const row of accepted) {
    it(`accepts ${row.says.trim()}`, async () => {
      const { version, major } = row;

      expect(await detect(says(row.says))).to.deep.equal({ path: join(dir, 'helm'), version, major });
    });
  }

  it('finds a name without a slash in the search path', async () => {
    expect(await detect(says('v4.3.1'), 'helm')).to.have.property('path', join(dir, 'helm'));
  });

  const refused: readonly { what: string; run: Run; file?: string; says: RegExp }[] = [
    {
      what: 'helm 3.17',
      run: says('v3.17.4'),
      says: /is helm 3\.17\.4, which is too old; set --helm-binary/,
    },
    { what: 'helm 4.1.3', run: says('v4.1.3'), says: /is helm 4\.1\.3, which is too old/ },
    { what: 'helm 2', run: says('v2.17.0'), says: /is helm 2\.17\.0, of a kind that is not known/ },
    { what: 'helm 5', run: says('v5.0.0'), says: /is helm 5\.0\.0, of a kind that is not known/ },
    {
      what: 'another program',
      run: says('hello'),
      says: /helm is not helm: asked for its version, it answered/,
    },
    {
      what: 'a program that fails',
      run: () => Promise.resolve(failed),
      says: /is not helm: asked for its version, it ended with exit code 2/,
    },
    {
      what: 'a program for another machine',
      run: () => Promise.resolve({ kind: 'not-started', why: 'the file is not a program for this machine' }),
      says: /is not helm: asked for its version, it did not start: the file is not a program/,
    },
    {
      what: 'a missing name',
      run: says('v4.3.1'),
      file: 'helm5',
      says: /there is no program helm5 in \/nowhere:/,
    },
    {
      what: 'a missing path',
      run: says('v4.3.1'),
      file: '/nowhere/helm',
      says: /there is no program \/nowhere\/helm;/,
    },
    {
      what: 'a file that is no program',
      run: says('v4.3.1'),
      file: 'notes.txt',
      says: /there is no program notes\.txt/,
    },
  ];
  for (const row of refused) {
    it(`refuses ${row.what} and says what to do`, async () => {
      const error: unknown = await detect(row.run, row.file).catch((caught: unknown) => caught);

      expect(error).to.be.instanceOf(HelmBinaryError);
      expect((error as Error).message).to.match(row.says);
    });
  }

  const failed: RunResult = {
    kind: 'failed',
    exitCode: 2,
    signal: undefined,
    stdout: '',
    stderr: '',
    durationMs: 1,
    why: 'ended with exit code 2',
  };
});

describe('isAtLeast', () => {
  it('compares numbers, not texts', () => {
    expect(isAtLeast({ version: '4.10.0' }, '4.3.0')).to.equal(true);
    expect(isAtLeast({ version: '4.2.9' }, '4.3.0')).to.equal(false);
    expect(isAtLeast({ version: '3.22' }, '3.22.0')).to.equal(true);
  });
});
