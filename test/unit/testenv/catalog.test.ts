import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { CATALOG, CONTROL_PLANE_TOOLS, OFFICIAL_HOSTS } from '../../../hack/testenv/tools/catalog.ts';
import { requiredVersion } from '../../../hack/testenv/tools/version.ts';

const HOME = new URL('../../../hack/testenv/', import.meta.url);

function releaseOf(name: string, version: string): readonly (string | undefined)[] {
  const file = CATALOG.find((spec) => spec.name === name)?.release(version, 'amd64', OFFICIAL_HOSTS);
  return [file?.url, file?.checksum.url, file?.member];
}

describe('the catalogue of programs', () => {
  it('pins every program in a go.mod, with a tool line that keeps its package', () => {
    for (const spec of CATALOG) {
      const goMod = readFileSync(new URL(`${spec.goModule}/go.mod`, HOME), 'utf8');

      expect(requiredVersion(goMod, spec.module)).to.match(/^\d+\.\d+\.\d+/);
      expect(goMod).to.match(new RegExp(`^(tool|\\t) ?${spec.goPackage}$`, 'm'));
    }
  });

  it('has the nine programs of the control plane and its clients', () => {
    expect(CONTROL_PLANE_TOOLS).to.have.members(
      'etcd kube-apiserver kube-controller-manager kube-scheduler kwok kubectl helm helm3 kustomize'.split(
        ' ',
      ),
    );
  });

  it('knows the official release of each project', () => {
    const github = 'https://github.com';
    const kubectl = 'https://dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubectl';
    const helm = 'https://get.helm.sh/helm-v4.3.1-linux-amd64.tar.gz';
    const etcd = `${github}/etcd-io/etcd/releases/download/v3.7.3`;
    const kustomize = `${github}/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv5.8.1`;
    const kwok = `${github}/kubernetes-sigs/kwok/releases/download/v0.8.0/kwok-linux-amd64`;
    const kwokRelease = 'https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v0.8.0';

    expect(releaseOf('kubectl', '1.37.2')).to.eql([kubectl, `${kubectl}.sha256`, undefined]);
    expect(releaseOf('helm', '4.3.1')).to.eql([helm, `${helm}.sha256sum`, 'linux-amd64/helm']);
    expect(releaseOf('etcd', '3.7.3')).to.eql([
      `${etcd}/etcd-v3.7.3-linux-amd64.tar.gz`,
      `${etcd}/SHA256SUMS`,
      'etcd-v3.7.3-linux-amd64/etcd',
    ]);
    expect(releaseOf('kustomize', '5.8.1')).to.eql([
      `${kustomize}/kustomize_v5.8.1_linux_amd64.tar.gz`,
      `${kustomize}/checksums.txt`,
      'kustomize',
    ]);
    expect(releaseOf('kwok', '0.8.0')).to.eql([kwok, kwokRelease, undefined]);
  });

  it("turns the version of Prometheus' module into that of its release", () => {
    const spec = CATALOG.find(({ name }) => name === 'prometheus');

    expect(spec?.versionOf?.('0.316.0')).to.equal('3.16.0');
    expect(spec?.versionOf?.('0.305.2')).to.equal('3.5.2');
  });
});
