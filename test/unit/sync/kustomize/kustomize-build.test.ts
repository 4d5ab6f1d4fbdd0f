import { expect } from 'chai';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Run, RunOptions, RunResult } from '../../../../src/process/run.ts';
import { openWorkDir, type WorkDir } from '../../../../src/process/work-dir.ts';
import {
  createKustomizeBuild,
  type KustomizeBuilt,
  type KustomizeUnit,
} from '../../../../src/sync/kustomize/kustomize-build.ts';
import { createKustomize, type Kustomize } from '../../../../src/sync/kustomize/run.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import { commitTree, type Node } from '../../../support/commit-tree.ts';

type Nodes = Readonly<Record<string, Node>>;

const NODES: Nodes = { 'a/kustomization.yaml': 'resources: [x.yaml]', 'a/x.yaml': 'kind: X\n' };
const FOLDER: KustomizeUnit = { kind: 'kustomize', folder: 'a' };

describe('building with kustomize', () => {
  let base: string;
  let workDir: WorkDir;
  let builds: { readonly args: readonly string[]; readonly options: RunOptions }[];
  let files: string[];
  let version: string;
  let answer: (output: string) => Promise<RunResult>;
  let kustomize: Kustomize;

  const done: RunResult = {
    ...{ kind: 'done', stdout: '', stdoutBytes: Buffer.alloc(0), stderr: '', durationMs: 1 },
  };
  const failed = (more: Partial<Extract<RunResult, { kind: 'failed' }>>): RunResult => ({
    ...{ kind: 'failed', exitCode: 1, signal: undefined, stdout: '', stderr: '', durationMs: 1, why: 'why' },
    ...more,
  });
  const run: Run = (file, args, options) => {
    files.push(file);
    if (args[0] === 'version') return Promise.resolve({ ...done, stdout: `${version}\n` } as RunResult);
    builds.push({ args, options });
    return answer(args[args.indexOf('--output') + 1] ?? '');
  };

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'kustomize-build-'));
    workDir = await openWorkDir(base, { log: silentLogger });
    builds = [];
    files = [];
    version = 'v5.8.1';
    answer = async (output) => {
      await writeFile(output, 'kind: Built\n');
      return done;
    };
    kustomize = createKustomize({ run, binary: '/opt/kustomize', workDir });
  });
  afterEach(async () => {
    await rm(base, { recursive: true });
  });

  const build = (nodes: Nodes, unit: KustomizeUnit = FOLDER): Promise<KustomizeBuilt> => {
    const { signal } = new AbortController();
    return createKustomizeBuild({ ...kustomize, ...commitTree(nodes), signal })(unit);
  };
  const text = (built: KustomizeBuilt): unknown =>
    built.kind === 'ok' ? { ...built, bytes: built.bytes.toString('utf8') } : built;

  it('gives the output, and leaves nothing behind', async () => {
    expect(text(await build(NODES))).to.deep.equal({ kind: 'ok', bytes: 'kind: Built\n', files: 2 });
    expect(await readdir(workDir.path)).to.deep.equal([]);
  });

  it('runs nothing for a commit beside what it built, and once for one that changes it', async () => {
    await build(NODES);
    await build({ ...NODES, 'README.md': 'new', 'b/kustomization.yaml': 'resources: []' });
    expect(builds.length).to.equal(1);

    await build({ ...NODES, 'a/x.yaml': 'kind: Y\n' });
    await build(NODES);
    expect(builds.length).to.equal(2);
  });

  it('runs two at a time, and for who has waited only what nobody made meanwhile', async () => {
    await Promise.all([build(NODES), build(NODES), build(NODES), build(NODES)]);

    expect(builds.length).to.equal(2);
  });

  it('shows kustomize nothing of ours, and bounds what it may take', async () => {
    await build(NODES);
    const { args, options } = builds[0] ?? {};

    expect(options?.env).to.deep.equal({
      PATH: '/nonexistent',
      HOME: '/nonexistent',
      GOMEMLIMIT: '384MiB',
      GOMAXPROCS: '1',
      HTTP_PROXY: 'http://127.0.0.1:9',
      HTTPS_PROXY: 'http://127.0.0.1:9',
    });
    expect(options).to.include({ timeoutMs: 60_000, maxMemoryBytes: 512e6 });
    expect(args?.slice(0, 3)).to.deep.equal(['build', '--load-restrictor', 'LoadRestrictionsNone']);
    expect(args?.filter((arg) => arg.startsWith('--enable'))).to.deep.equal([]);
  });

  it('remembers what kustomize refused, but not that it was ended or could not start', async () => {
    answer = () => Promise.resolve(failed({ stderr: 'Error: no' }));
    const fault = { file: 'a/kustomization.yaml', why: 'kustomize: no' };
    expect(await build(NODES)).to.deep.equal({ kind: 'failed', fault });
    await build(NODES);
    expect(builds.length).to.equal(1);

    const other = { ...NODES, 'a/x.yaml': 'kind: Y\n' };
    const ends = [
      failed({ exitCode: undefined, signal: 'SIGKILL' }),
      failed({ timedOut: true }),
      { kind: 'not-started', why: 'why' } as const,
    ];
    for (const end of ends) {
      answer = () => Promise.resolve(end);
      expect((await build(other)).kind).to.equal('failed');
    }
    expect(builds.length).to.equal(4);
  });

  it('refuses before anything runs', async () => {
    const built = await build({ 'a/kustomization.yaml': 'resources: [https://example.com/base]' });

    expect(built).to.have.nested.property('fault.field', 'resources[0]');
    expect(builds).to.deep.equal([]);
  });

  it('takes no other minor version, whose fields it does not know', async () => {
    version = 'v5.9.0';
    expect(await build(NODES))
      .to.have.nested.property('fault.why')
      .that.contains("is 'v5.9.0'");
    expect(builds).to.deep.equal([]);

    version = 'v5.8.3';
    expect((await build(NODES)).kind).to.equal('ok');
  });

  it('finds the program by its name where it is told to look', async () => {
    const path = join(base, 'kustomize');
    kustomize = createKustomize({ run, binary: 'kustomize', workDir, searchPath: `/nonexistent:${base}` });
    expect(await build(NODES))
      .to.have.nested.property('fault.why')
      .that.contains('there is no program');

    await writeFile(path, '#!/bin/sh\n', { mode: 0o755 });
    expect((await build(NODES)).kind).to.equal('ok');
    expect(files.at(-1)).to.equal(path);
  });

  it('throws what reading the commit throws, and an abort', async () => {
    const tree = { ...commitTree(NODES), lookup: () => Promise.reject(new Error('the mirror is gone')) };
    const { signal } = new AbortController();
    const thrown = await createKustomizeBuild({ ...kustomize, ...tree, signal })(FOLDER).catch(String);
    expect(thrown).to.contain('the mirror is gone');

    const aborted = createKustomizeBuild({
      ...{ ...kustomize, ...commitTree(NODES), signal: AbortSignal.abort(new Error('over')) },
    });
    expect(await aborted(FOLDER).catch(String)).to.contain('over');
  });

  describe('as a .flux.yaml says', () => {
    const FLUX: KustomizeUnit = { kind: 'flux', folder: 'live/production', config: '.flux.yaml' };
    const flux = (config: string, more: Nodes = {}): Nodes => ({
      '.flux.yaml': `version: 1\n${config}`,
      'live/production/kustomization.yaml': 'resources: [x.yaml]',
      'live/production/x.yaml': 'kind: X\n',
      'live/base/kustomization.yaml': 'resources: [y.yaml]',
      'live/base/y.yaml': 'kind: Y\n',
      ...more,
    });
    const BOTH =
      'commandUpdated: {generators: [{command: kustomize build .}, {command: kustomize build ../base}]}';
    const PATCHED = 'patchUpdated: {generators: [{command: kustomize build .}], patchFile: flux-patch.yaml}';

    it('runs its commands in the path, and puts their output together', async () => {
      expect(text(await build(flux(BOTH), FLUX))).to.deep.equal({
        ...{ kind: 'ok', bytes: 'kind: Built\n---\nkind: Built\n', files: 5 },
      });
      expect(builds.map(({ args }) => args.at(-1)?.replace(/^.*\/repository\//, ''))).to.deep.equal([
        'live/production',
        'live/base',
      ]);
    });

    it('patches the output with the file that lies in the path', async () => {
      await build(flux(PATCHED, { 'live/production/flux-patch.yaml': 'kind: X\n' }), FLUX);
      expect(builds.length).to.equal(2);
      await build(flux(PATCHED, { 'live/production/flux-patch.yaml': 'kind: X\n' }), FLUX);
      expect(builds.length).to.equal(2);
      await build(flux(PATCHED, { 'live/production/flux-patch.yaml': 'kind: Z\n' }), FLUX);
      expect(builds.length).to.equal(3);
    });

    it('patches nothing with a file that is empty or not there yet', async () => {
      await build(flux(PATCHED), FLUX);
      await build(flux(PATCHED, { 'live/production/flux-patch.yaml': '# nothing\n' }), FLUX);

      expect(builds.length).to.equal(1);
    });

    const refused: Readonly<Record<string, readonly [string, string, string]>> = {
      'a folder out of the repository': [
        'commandUpdated: {generators: [{command: kustomize build ../../..}]}',
        'commandUpdated.generators[0].command',
        'leads out of the repository',
      ],
      'a folder that is not there': [
        'commandUpdated: {generators: [{command: kustomize build x}]}',
        'commandUpdated.generators[0].command',
        'which is no folder of the repository',
      ],
      'an absolute folder': [
        'commandUpdated: {generators: [{command: kustomize build /etc}]}',
        'commandUpdated.generators[0].command',
        'absolute path',
      ],
      'another command': [
        'commandUpdated: {generators: [{command: ./generate.sh}]}',
        'commandUpdated.generators[0].command',
        "'./generate.sh' is not run",
      ],
      'a patch out of the repository': [
        'patchUpdated: {generators: [{command: kustomize build .}], patchFile: ../../../etc/passwd}',
        'patchUpdated.patchFile',
        'leads out of the repository',
      ],
      'a patch in a folder that is not there': [
        'patchUpdated: {generators: [{command: kustomize build .}], patchFile: x/y.yaml}',
        'patchUpdated.patchFile',
        "is to be in 'live/production/x'",
      ],
    };
    for (const [what, [config, field, why]] of Object.entries(refused)) {
      it(`refuses ${what}`, async () => {
        const built = await build(flux(config), FLUX);

        expect(built).to.have.nested.property('fault.file', '.flux.yaml');
        expect(built).to.have.nested.property('fault.field', field);
        expect(built).to.have.nested.property('fault.why').that.contains(why);
      });
    }

    it('says that there is none', async () => {
      const built = await build(NODES, { kind: 'flux', folder: 'a', config: 'a/.flux.yaml' });

      expect(built).to.deep.equal({
        kind: 'failed',
        fault: { file: 'a/.flux.yaml', why: 'is no file of the repository' },
      });
    });
  });
});
