import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { ldflags } from '../../testenv/tools/build.ts';
import { cacheFolder } from '../../testenv/tools/cache.ts';
import { requiredVersion } from '../../testenv/tools/version.ts';
import type { Arch } from '../arch.ts';
import { command } from '../command.ts';

/** Exactly this one: another compiler makes another program. Go gets it itself if the machine's own is another. */
export const GO = 'go1.26.8';

const TESTENV = join(import.meta.dirname, '..', '..', 'testenv');
const SSH = join(import.meta.dirname, '..', 'ssh');
const NO_GO = 'install Go 1.21 or newer (https://go.dev/dl)';

/** A program written in Go. */
export interface Program {
  readonly name: string;
  /** Of the program, or of ours if it is. */
  readonly version: string;
  readonly path: string;
  /** The text of its license; absent for our own. */
  readonly license?: string;
}

interface Source {
  readonly name: string;
  readonly folder: string;
  readonly goPackage: string;
  readonly module?: string;
}

const SOURCES: readonly Source[] = [
  { name: 'helm', folder: TESTENV, goPackage: 'helm.sh/helm/v4/cmd/helm', module: 'helm.sh/helm/v4' },
  {
    name: 'kustomize',
    folder: TESTENV,
    goPackage: 'sigs.k8s.io/kustomize/kustomize/v5',
    module: 'sigs.k8s.io/kustomize/kustomize/v5',
  },
  { name: 'ssh-with-config', folder: SSH, goPackage: '.' },
];

export interface ProgramsOptions {
  readonly arch: Arch;
  /** Of the operator. */
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

/** Built from the modules that hack/testenv pins: go.sum has the checksum of every source file. */
export async function buildPrograms({
  arch,
  version,
  env,
  say,
}: ProgramsOptions): Promise<readonly Program[]> {
  const go = { ...env, CGO_ENABLED: '0', GOFLAGS: '', GOTOOLCHAIN: GO, GOOS: 'linux', GOARCH: arch };
  const pinned = { ...go, GOAMD64: 'v1', GOARM64: 'v8.0', GOEXPERIMENT: '' };
  const goMod = await readFile(join(TESTENV, 'go.mod'), 'utf8');
  const programs: Program[] = [];
  for (const { name, folder, goPackage, module } of SOURCES) {
    const options = { cwd: folder, env: pinned, missing: NO_GO };
    const flags = module === undefined ? '-s -w' : ldflags(goMod, { goModule: '.', version });
    const args = ['-buildvcs=false', '-trimpath', `-ldflags=${flags}`];
    const key = await keyOf([GO, arch, goPackage, ...args], folder);
    const path = join(cacheFolder(env), 'image', 'programs', key, name);
    if (!existsSync(path)) {
      say(`building ${name} for ${arch}`);
      await intoPlace(path, (target) => command('go', ['build', ...args, '-o', target, goPackage], options));
    }
    if (module === undefined) {
      programs.push({ name, version, path });
      continue;
    }
    const source = (await command('go', ['list', '-m', '-f', '{{.Dir}}', module], options)).trim();
    const license = await readFile(join(source, 'LICENSE'), 'utf8');
    programs.push({ name, version: requiredVersion(goMod, module), path, license });
  }
  return programs;
}

/** Over all that a program is made of. */
async function keyOf(words: readonly string[], folder: string): Promise<string> {
  const hash = createHash('sha256').update(words.join('\n'));
  for (const file of ['go.mod', 'go.sum', 'main.go']
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path)))
    hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 32);
}

/** Whole if it is there. */
async function intoPlace(path: string, make: (target: string) => Promise<unknown>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const folder = await mkdtemp(`${path}-`);
  try {
    await make(join(folder, 'made'));
    await rename(join(folder, 'made'), path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
