import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { pathsBelow } from '../../../hack/image/tree.ts';
import { freePort } from '../../../hack/testenv/control-plane/port.ts';
import { type Container, startContainer } from '../../support/container.ts';
import { eventually } from '../../support/eventually.ts';
import { privilegesOf, programOf, usersOf, writableMounts } from '../../support/process-facts.ts';
import { startSshd } from '../../support/sshd.ts';
import { expectReady } from '../bench.ts';
import { startWorld, webChartFiles, webRelease, type World } from '../world.ts';
import { type Images, openImages, type Pushed, SOURCE } from './built.ts';
import { memoryAtRest, shown, timeUntilReady } from './footprint.ts';

const NAMESPACE = 'team';
const USER = 10_001;
const STARTS = 5;

/** What it must not have: with these a break-in begins. */
const UNWANTED = /(^|\/)(sh|bash|dash|busybox|perl|python3?|apt|apt-get|dpkg|curl|wget|npm|npx|su|sudo)$/;

export function imageTests(limits: { readonly readyMs: number; readonly atRestMb: number }): void {
  describe('the image', function () {
    this.timeout(20 * 60_000);
    const stack = new AsyncDisposableStack();
    let images: Images;
    let first: Pushed;
    let root: string;
    let files: readonly string[];

    before(async () => {
      images = stack.use(await openImages());
      first = await images.build('amd64', 'first:1');
      root = await images.mount('first:1');
      files = pathsBelow(root);
    });
    after(() => stack.disposeAsync());

    it('has the same digest when it is built again', async () => {
      const second = await images.build('amd64', 'second:1');

      expect(second.digest).to.equal(first.digest);
      const infos = files.map((path) => lstatSync(join(root, path)));
      const bytes = infos.reduce((sum, info) => sum + (info.isFile() ? info.size : 0), 0);
      console.log(`      ${first.size.toFixed(1)} MB compressed, ${(bytes / 1e6).toFixed(1)} MB unpacked`);
    });

    it('says what it is, and starts tini as a numeric user', async () => {
      const { architecture, created, config } = await images.describe('first:1');

      const label = (name: string): string | undefined => config.Labels[`org.opencontainers.image.${name}`];
      expect([architecture, new Date(created)]).to.deep.equal(['amd64', SOURCE.time]);
      expect(label('title')).to.equal('helm-release-operator');
      expect(label('version')).to.equal(SOURCE.version);
      expect(label('revision')).to.equal(SOURCE.revision);
      expect(label('source')).to.equal(SOURCE.address);
      expect(label('licenses')).to.equal('Apache-2.0');
      expect(config.User).to.equal(`${String(USER)}:${String(USER)}`);
      expect(config.Entrypoint[0]).to.equal('/usr/bin/tini');
      expect(Object.keys(config.ExposedPorts)).to.have.members(['3030/tcp', '3031/tcp']);
    });

    it('has no shell, no interpreter but Node, nothing that installs, and no file that gives rights or may be changed', () => {
      const modes = files.map((path) => [path, lstatSync(join(root, path))] as const);

      expect(modes.filter(([path, info]) => !info.isDirectory() && UNWANTED.test(path))).to.deep.equal([]);
      expect(modes.filter(([, { mode }]) => (mode & 0o6000) !== 0).map(([path]) => path)).to.deep.equal([]);
      expect(modes.filter(([, { uid, gid }]) => uid !== 0 || gid !== 0).map(([path]) => path)).to.deep.equal(
        [],
      );
      const writable = modes.filter(([, info]) => !info.isSymbolicLink() && (info.mode & 0o022) !== 0);
      expect(writable.map(([path]) => path)).to.deep.equal(['tmp']);
    });

    it('lists every package that it has something of, as scanners of images look for them', () => {
      const bill = readFileSync(join(root, 'usr/share/sbom/helm-release-operator.cdx.json'), 'utf8');
      const { components } = JSON.parse(bill) as {
        readonly components: readonly { readonly purl: string }[];
      };
      const purls = components.map(({ purl }) => purl);
      const debian = readdirSync(join(root, 'var/lib/dpkg/status.d'));

      expect(purls.filter((purl) => purl.startsWith('pkg:deb/')).length).to.equal(debian.length);
      for (const start of ['pkg:deb/debian/git@', 'pkg:npm/zod@', 'pkg:npm/%40kubernetes/client-node@'])
        expect(
          purls.some((purl) => purl.startsWith(start)),
          start,
        ).to.equal(true);
      for (const start of [
        'pkg:golang/helm.sh/helm/v4@v4',
        'pkg:golang/stdlib@v1.',
        'pkg:github/nodejs/node@v24.',
      ])
        expect(
          purls.some((purl) => purl.startsWith(start)),
          start,
        ).to.equal(true);
      expect(purls.filter((purl) => purl.startsWith('pkg:npm/mocha@'))).to.deep.equal([]);
    });

    it('knows the host keys of Git hosts, and trusts whom Debian trusts', () => {
      const hosts = readFileSync(join(import.meta.dirname, '../../../hack/image/ssh_known_hosts'), 'utf8');
      const trusted = readFileSync(join(root, 'etc/ssl/certs/ca-certificates.crt'), 'utf8');

      expect(readFileSync(join(root, 'etc/ssh/ssh_known_hosts'), 'utf8')).to.equal(hosts);
      expect(trusted.match(/-----BEGIN CERTIFICATE-----/g)?.length).to.be.above(100);
    });

    it('is made for arm64 too, of nothing but programs for it', async () => {
      await images.build('arm64', 'other:1');
      const other = await images.mount('other:1');
      const programs = pathsBelow(other)
        .map((path) => readHead(join(other, path)))
        .filter((head) => head.toString('latin1', 0, 4) === '\x7fELF');

      expect((await images.describe('other:1')).architecture).to.equal('arm64');
      expect(programs.length).to.be.above(30);
      const ARM64 = 183;
      expect(new Set(programs.map((head) => head.readUInt16LE(18)))).to.deep.equal(new Set([ARM64]));
    });

    describe('started under its own user on a read-only root', () => {
      let world: World;
      before(async () => {
        world = await startWorld();
        stack.defer(() => world.stop());
        await world.cluster.createNamespace(NAMESPACE);
      });

      it('is ready within a second, installs releases from Git over http and ssh, and applies a kustomization', async () => {
        const dir = await mkdtemp(join(tmpdir(), 'image-run-'));
        stack.defer(() => rm(dir, { recursive: true, force: true }));
        const [temporary, work, home] = [join(dir, 'tmp'), join(dir, 'work'), join(dir, 'home')];
        const sshd = await startSshd(join(dir, 'sshd'));
        stack.defer(() => sshd.stop());
        for (const folder of [temporary, work]) {
          await mkdir(folder);
          await chown(folder, USER, USER);
        }
        await mkdir(join(home, '.ssh'), { recursive: true });
        await mkdir(join(home, '.kube'));
        // As a Secret is mounted for a pod that is not root's: everybody in its group may read.
        await writeFile(join(home, '.ssh', 'id_ed25519'), sshd.identity, { mode: 0o644 });
        await writeFile(join(home, '.ssh', 'known_hosts'), sshd.knownHost);
        await writeFile(join(home, '.kube', 'config'), readFileSync(await world.kubeconfig()), {
          mode: 0o644,
        });

        const { config } = await images.describe('first:1');
        const start = async (): Promise<{ readonly container: Container; readonly readyMs: number }> => {
          const port = await freePort();
          const args = [
            ...['--kubeconfig=/root/.kube/config', '--work-dir=/var/lib/helm-release-operator'],
            ...[`--listen=127.0.0.1:${String(port)}`, '--git-poll-interval=1s', '--log-format=json'],
          ];
          const container = startContainer({
            ...{ root, config, args },
            writable: { '/tmp': temporary, '/var/lib/helm-release-operator': work },
            readOnly: { '/root': home },
          });
          stack.defer(async () => {
            await container.stop();
          });
          return { container, readyMs: await timeUntilReady(port, container.log) };
        };
        // The first time Node has to be read from disk, and others may want the processor: the best of some starts counts.
        const times: number[] = [];
        for (let nth = 1; nth < STARTS; nth += 1) {
          const early = await start();
          expect(await early.container.stop(), early.container.log()).to.equal(0);
          times.push(early.readyMs);
        }
        const { container, readyMs } = await start();
        const rest = await memoryAtRest(container.pids);
        console.log(`      ${times.map((ms) => ms.toFixed(0)).join(', ')} ms; ${shown({ readyMs, rest })}`);

        const [tini = 0, ...others] = container.pids();
        expect(programOf(tini, root)).to.equal('/usr/bin/tini');
        expect(others.map((pid) => programOf(pid, root))).to.deep.equal([
          '/usr/local/bin/node',
          '/usr/local/bin/node',
        ]);
        expect([tini, ...others].map(usersOf)).to.deep.equal(Array(3).fill(Array(4).fill(USER)));
        expect(privilegesOf(tini)).to.deep.equal({ effective: '0000000000000000', isFinal: true });
        expect(writableMounts(tini)).to.have.members(['/tmp', '/var/lib/helm-release-operator']);

        await world.cluster.apply(webRelease(world, NAMESPACE, 'by-http'));
        const overSsh = { git: sshd.url(await bareRepository(world)), path: 'web', ref: 'main' };
        await world.cluster.apply(webRelease(world, NAMESPACE, 'by-ssh', { chart: overSsh }));
        await applyKustomization(world);
        for (const name of ['by-http', 'by-ssh']) await world.until(NAMESPACE, name, expectReady);
        await eventually(async () => {
          expect(await world.cluster.get('configmaps', 'built', NAMESPACE)).to.deep.include({
            data: { color: 'red' },
          });
        });
        expect((await sshd.commands())[0]).to.match(/^git-upload-pack /);

        expect(await container.stop(), container.log()).to.equal(0);
        expect(Math.min(readyMs, ...times)).to.be.below(limits.readyMs);
        expect(rest.own).to.be.below(limits.atRestMb);
      });
    });
  });
}

function readHead(path: string): Buffer {
  return lstatSync(path).isFile() ? readFileSync(path).subarray(0, 64) : Buffer.alloc(0);
}

/** A repository with the chart, by its path on this machine. */
async function bareRepository({ git }: World): Promise<string> {
  const path = await git.createRepo('over-ssh');
  await git.commit('over-ssh', await webChartFiles('web'));
  return path;
}

async function applyKustomization({ cluster, git }: World): Promise<void> {
  await cluster.kubectl('create', 'serviceaccount', 'deployer', '-n', NAMESPACE);
  const may = ['--clusterrole=admin', `--serviceaccount=${NAMESPACE}:deployer`];
  await cluster.kubectl('create', 'rolebinding', 'deployer', ...may, '-n', NAMESPACE);
  await git.createRepo('deploy');
  await git.commit('deploy', {
    'kustomization.yaml':
      'configMapGenerator:\n  - name: built\n    literals: [color=red]\n    options: {disableNameSuffixHash: true}\n',
  });
  await cluster.apply({
    apiVersion: 'gitops.helm-release-operator.io/v1alpha1',
    kind: 'GitSync',
    metadata: { name: 'deploy', namespace: NAMESPACE },
    spec: { url: git.repoUrl('deploy'), serviceAccountName: 'deployer' },
  });
}
