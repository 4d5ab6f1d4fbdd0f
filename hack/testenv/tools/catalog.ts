/** How far a program found on PATH may be from the pinned version. */
export type Fit = 'same-minor' | 'same-major' | 'any';

/** Where the SHA-256 of a release file stands. */
export type ChecksumSource =
  /** A text with `HASH` or lines of `HASH  FILE`. */
  | { readonly kind: 'text'; readonly url: string }
  /** GitHub's description of the release, for projects that publish no checksum file. */
  | { readonly kind: 'github-api'; readonly url: string };

/** The official release file of a program for one platform. */
export interface ReleaseFile {
  readonly url: string;
  readonly checksum: ChecksumSource;
  /** The program's path inside the archive; absent when the file is the program. */
  readonly member?: string;
}

/** Base addresses of the release hosts, so that a mirror or a test can stand in. */
export interface ReleaseHosts {
  readonly kubernetes: string;
  readonly helm: string;
  readonly github: string;
  readonly githubApi: string;
}

export interface ToolSpec {
  readonly name: string;
  /** Names it goes by on PATH. */
  readonly executables: readonly string[];
  readonly versionArgs: readonly string[];
  readonly fit: Fit;
  /** The folder of the Go module with its pinned version, below hack/testenv. */
  readonly goModule: '.' | 'servers' | 'prometheus';
  /** Module whose version is the program's. */
  readonly module: string;
  readonly goPackage: string;
  /** The program's version, where that of its Go module is another. */
  readonly versionOf?: (moduleVersion: string) => string;
  /** `platform` is Go's name of an architecture: amd64, arm64. */
  release(version: string, platform: string, hosts: ReleaseHosts): ReleaseFile;
}

export const OFFICIAL_HOSTS: ReleaseHosts = {
  kubernetes: 'https://dl.k8s.io',
  helm: 'https://get.helm.sh',
  github: 'https://github.com',
  githubApi: 'https://api.github.com',
};

/** Every program that the test environment can get. */
export const CATALOG: readonly ToolSpec[] = [
  kubernetes('kube-apiserver', ['--version']),
  kubernetes('kube-controller-manager', ['--version']),
  kubernetes('kube-scheduler', ['--version']),
  kubernetes('kubectl', ['version', '--client']),
  {
    name: 'etcd',
    executables: ['etcd'],
    versionArgs: ['--version'],
    fit: 'same-minor',
    goModule: '.',
    module: 'go.etcd.io/etcd/server/v3',
    goPackage: 'go.etcd.io/etcd/server/v3',
    release: (version, platform, { github }) => {
      const base = `${github}/etcd-io/etcd/releases/download/v${version}`;
      const name = `etcd-v${version}-linux-${platform}`;
      return { url: `${base}/${name}.tar.gz`, checksum: text(`${base}/SHA256SUMS`), member: `${name}/etcd` };
    },
  },
  {
    name: 'kwok',
    executables: ['kwok'],
    versionArgs: ['--version'],
    fit: 'same-minor',
    goModule: '.',
    module: 'sigs.k8s.io/kwok',
    goPackage: 'sigs.k8s.io/kwok/cmd/kwok',
    release: (version, platform, { github, githubApi }) => ({
      url: `${github}/kubernetes-sigs/kwok/releases/download/v${version}/kwok-linux-${platform}`,
      checksum: {
        kind: 'github-api',
        url: `${githubApi}/repos/kubernetes-sigs/kwok/releases/tags/v${version}`,
      },
    }),
  },
  helm('helm', 'helm.sh/helm/v4', ['helm', 'helm4']),
  helm('helm3', 'helm.sh/helm/v3', ['helm3', 'helm']),
  {
    name: 'kustomize',
    executables: ['kustomize'],
    versionArgs: ['version'],
    fit: 'same-major',
    goModule: '.',
    module: 'sigs.k8s.io/kustomize/kustomize/v5',
    goPackage: 'sigs.k8s.io/kustomize/kustomize/v5',
    release: (version, platform, { github }) => {
      const base = `${github}/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv${version}`;
      const url = `${base}/kustomize_v${version}_linux_${platform}.tar.gz`;
      return { url, checksum: text(`${base}/checksums.txt`), member: 'kustomize' };
    },
  },
  {
    name: 'registry',
    executables: ['registry', 'docker-registry'],
    versionArgs: ['--version'],
    fit: 'same-major',
    goModule: 'servers',
    module: 'github.com/distribution/distribution/v3',
    goPackage: 'github.com/distribution/distribution/v3/cmd/registry',
    release: (version, platform, { github }) => {
      const base = `${github}/distribution/distribution/releases/download/v${version}`;
      const url = `${base}/registry_${version}_linux_${platform}.tar.gz`;
      return { url, checksum: text(`${url}.sha256`), member: 'registry' };
    },
  },
  prometheus('prometheus'),
  prometheus('promtool'),
];

/** The programs of the control plane and its clients: what `testenv prepare` gets. */
export const CONTROL_PLANE_TOOLS = CATALOG.filter((spec) => spec.goModule === '.').map((spec) => spec.name);

function kubernetes(name: string, versionArgs: readonly string[]): ToolSpec {
  return {
    name,
    executables: [name],
    versionArgs,
    fit: 'same-minor',
    goModule: '.',
    module: 'k8s.io/kubernetes',
    goPackage: `k8s.io/kubernetes/cmd/${name}`,
    release: (version, platform, hosts) => {
      const url = `${hosts.kubernetes}/release/v${version}/bin/linux/${platform}/${name}`;
      return { url, checksum: text(`${url}.sha256`) };
    },
  };
}

function helm(name: string, module: string, executables: readonly string[]): ToolSpec {
  return {
    name,
    executables,
    versionArgs: ['version', '--short'],
    fit: 'same-major',
    goModule: '.',
    module,
    goPackage: `${module}/cmd/helm`,
    release: (version, platform, hosts) => {
      const url = `${hosts.helm}/helm-v${version}-linux-${platform}.tar.gz`;
      return { url, checksum: text(`${url}.sha256sum`), member: `linux-${platform}/helm` };
    },
  };
}

function prometheus(name: string): ToolSpec {
  return {
    name,
    executables: [name],
    versionArgs: ['--version'],
    // Tests ask for nothing that is new: what a distribution packages will do, and spares the build.
    fit: 'any',
    goModule: 'prometheus',
    module: 'github.com/prometheus/prometheus',
    goPackage: `github.com/prometheus/prometheus/cmd/${name}`,
    // The module of 3.16.0 is v0.316.0.
    versionOf: (moduleVersion) => {
      const [, minor = '0', patch = '0'] = moduleVersion.split('.');
      return `${Math.floor(Number(minor) / 100)}.${Number(minor) % 100}.${patch}`;
    },
    release: (version, platform, { github }) => {
      const base = `${github}/prometheus/prometheus/releases/download/v${version}`;
      const folder = `prometheus-${version}.linux-${platform}`;
      const url = `${base}/${folder}.tar.gz`;
      return { url, checksum: text(`${base}/sha256sums.txt`), member: `${folder}/${name}` };
    },
  };
}

function text(url: string): ChecksumSource {
  return { kind: 'text', url };
}
