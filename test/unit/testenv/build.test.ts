import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { build, ldflags } from '../../../hack/testenv/tools/build.ts';
import { CATALOG } from '../../../hack/testenv/tools/catalog.ts';
import { silentProgress } from '../../../hack/testenv/tools/progress.ts';

const GO_MOD = `module m

go 1.26.0

require (
	helm.sh/helm/v3 v3.22.0
	helm.sh/helm/v4 v4.3.1
	k8s.io/kubernetes v1.37.2
	sigs.k8s.io/kwok v0.8.0
)
`;

describe('the linker flags of a build', () => {
  it('give every program its version as go.mod pins it', () => {
    const flags = ldflags(GO_MOD, { goModule: '.', version: '1.37.2' });

    expect(flags.split(' -X ')).to.have.members([
      '-s -w',
      'k8s.io/component-base/version.gitVersion=v1.37.2',
      'k8s.io/component-base/version.gitMajor=1',
      'k8s.io/component-base/version.gitMinor=37',
      'k8s.io/component-base/version.gitTreeState=clean',
      'k8s.io/client-go/pkg/version.gitVersion=v1.37.2',
      'helm.sh/helm/v4/internal/version.version=v4.3.1',
      'helm.sh/helm/v3/internal/version.version=v3.22.0',
      'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1',
      'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=37',
      'sigs.k8s.io/kwok/pkg/consts.Version=v0.8.0',
    ]);
  });

  it('give Prometheus its version, which is not that of its module', () => {
    expect(ldflags(GO_MOD, { goModule: 'prometheus', version: '3.16.0' })).to.match(/Version=3\.16\.0$/);
  });
});

describe('a build without a usable Go', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'testenv-build-'));
    await mkdir(join(home, 'bin'));
    await writeFile(join(home, 'go.mod'), GO_MOD);
  });
  afterEach(() => rm(home, { recursive: true }));

  async function failure(): Promise<string> {
    const spec = CATALOG.find(({ name }) => name === 'kwok');
    if (spec === undefined) throw new Error('kwok is not in the catalogue');
    const env = { PATH: join(home, 'bin') };
    const where = { target: join(home, 'kwok'), home, goMod: GO_MOD, version: '0.8.0' };
    return build({ spec, ...where, env, progress: silentProgress, place: '1 of 1' }).then(
      () => 'it was built',
      (error: unknown) => (error as Error).message,
    );
  }

  async function fakeGo(script: string): Promise<void> {
    const path = join(home, 'bin', 'go');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
  }

  it('says what to install when there is none', async () => {
    expect(await failure()).to.equal(
      'kwok has to be built, and there is no Go: install Go 1.26.0 or newer (https://go.dev/dl), ' +
        'or make kwok available on PATH, or allow downloads from the internet',
    );
  });

  it('says what to install when it is too old', async () => {
    await fakeGo('[ "$1" = version ] && echo "go version go1.22.5 linux/amd64" && exit 0; exit 1');

    expect(await failure()).to.contain('the Go on PATH (go1.22.5) is too old: install Go 1.26.0 or newer');
  });

  it('shows the end of what the compiler said when a build fails', async () => {
    await fakeGo('[ "$1" = build ] && echo "main.go:1: undefined: x" >&2 && exit 1; echo go1.26.0');

    expect(await failure()).to.equal('kwok could not be built:\nmain.go:1: undefined: x');
  });
});
