import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToolSpec } from './catalog.ts';
import type { Progress } from './progress.ts';
import { run } from './run.ts';
import { requiredVersion } from './version.ts';

export interface BuildRequest {
  readonly spec: ToolSpec;
  readonly version: string;
  /** Where the program goes, by rename. */
  readonly target: string;
  /** The folder hack/testenv. */
  readonly home: string;
  readonly goMod: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  /** "3 of 9". */
  readonly place: string;
}

const ERROR_LINES = 12;
const DURATION: Readonly<Record<ToolSpec['goModule'], string>> = {
  '.': ', about 9 minutes in all',
  servers: ', about a minute',
  prometheus: ', about 7 minutes',
};

/** Builds a program from its pinned Go module. The last way: slow once, but it needs nothing but Go and its proxy. */
export async function build(request: BuildRequest): Promise<void> {
  const { spec, target, goMod, env, progress, place } = request;
  const folder = join(request.home, spec.goModule);
  await checkGo(spec.name, folder, goMod, env);
  const what = `building ${spec.name}, ${place}, first time only`;
  progress.say(`${what}${DURATION[spec.goModule]}`);
  let packages = 0;
  const temporary = `${target}.new`;
  const flags = [
    '-v',
    '-trimpath',
    `-ldflags=${ldflags(goMod, { goModule: spec.goModule, version: request.version })}`,
    '-o',
    temporary,
  ];
  const ran = await run('go', ['build', ...flags, spec.goPackage], {
    cwd: folder,
    env: { ...env, CGO_ENABLED: '0' },
    onStderr: (text) => {
      packages += text.split('\n').length - 1;
      progress.update(`${what}: ${packages} packages compiled`);
    },
  });
  progress.done();
  if (ran?.exitCode !== 0) {
    const why = (ran?.stderr ?? '').trimEnd().split('\n').slice(-ERROR_LINES).join('\n');
    throw new Error(`${spec.name} could not be built:\n${why}`);
  }
  await rename(temporary, target);
}

export interface Built {
  readonly goModule: ToolSpec['goModule'];
  readonly version: string;
}

/** The versions that the programs report; without them `kubectl version` and helm's Capabilities break. */
export function ldflags(goMod: string, { goModule, version }: Built): string {
  if (goModule === 'servers') return '-s -w';
  if (goModule === 'prometheus') {
    return `-s -w -X github.com/prometheus/common/version.Version=${version}`;
  }
  const kubernetes = `v${requiredVersion(goMod, 'k8s.io/kubernetes')}`;
  const [major = '', minor = ''] = kubernetes.slice(1).split('.');
  const values: Readonly<Record<string, string>> = {
    'k8s.io/component-base/version.gitVersion': kubernetes,
    'k8s.io/component-base/version.gitMajor': major,
    'k8s.io/component-base/version.gitMinor': minor,
    'k8s.io/component-base/version.gitTreeState': 'clean',
    'k8s.io/client-go/pkg/version.gitVersion': kubernetes,
    'helm.sh/helm/v4/internal/version.version': `v${requiredVersion(goMod, 'helm.sh/helm/v4')}`,
    'helm.sh/helm/v3/internal/version.version': `v${requiredVersion(goMod, 'helm.sh/helm/v3')}`,
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor': major,
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor': minor,
    'sigs.k8s.io/kwok/pkg/consts.Version': `v${requiredVersion(goMod, 'sigs.k8s.io/kwok')}`,
  };
  return ['-s', '-w', ...Object.entries(values).map(([name, value]) => `-X ${name}=${value}`)].join(' ');
}

/** Throws with what to install when there is no Go, or none that this module can be built with. */
async function checkGo(name: string, folder: string, goMod: string, env: NodeJS.ProcessEnv): Promise<void> {
  const needed = /^go (\S+)$/m.exec(goMod)?.[1] ?? '';
  const way =
    `install Go ${needed} or newer (https://go.dev/dl), or make ${name} available on PATH, ` +
    `or allow downloads from the internet`;
  const installed = await run('go', ['version'], { env: { ...env, GOTOOLCHAIN: 'local' } });
  if (installed === undefined) throw new Error(`${name} has to be built, and there is no Go: ${way}`);
  // In the module's folder Go fetches the toolchain it asks for, if it is allowed to; then this succeeds.
  const usable = await run('go', ['env', 'GOVERSION'], { cwd: folder, env });
  if (usable?.exitCode === 0) return;
  const found = /go\d+(?:\.\d+)*/.exec(installed.stdout)?.[0] ?? 'an unknown Go';
  throw new Error(`${name} has to be built, and the Go on PATH (${found}) is too old: ${way}`);
}
