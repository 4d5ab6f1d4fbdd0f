import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { ReleaseHosts } from '../../../hack/testenv/tools/catalog.ts';
import { createProgress } from '../../../hack/testenv/tools/progress.ts';
import { createToolbox } from '../../../hack/testenv/tools/toolbox.ts';
import type { Toolbox } from '../../../hack/testenv/tools/toolbox.ts';

const VERSIONS = [
  'k8s.io/kubernetes v1.37.2',
  'sigs.k8s.io/kwok v0.8.0',
  'helm.sh/helm/v3 v3.22.0',
  'helm.sh/helm/v4 v4.3.1',
];
// Writes what it "builds" to the file after -o, slowly, and counts itself.
const FAKE_GO = `
if [ "$1" != build ]; then echo "go version go1.26.0 linux/amd64"; exit 0; fi
while [ "$1" != -o ]; do shift; done
echo "$3" >> "\${0%/*}/built"
/bin/sleep 0.3
printf '#!/bin/sh\\n' > "$2"; /bin/chmod 755 "$2"
`;

describe('the order in which a program is looked for', () => {
  let dir: string;
  let said: string[];
  let server: http.Server | undefined;
  let hosts: ReleaseHosts;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'testenv-toolbox-'));
    said = [];
    // Nobody listens on port 1: no release host can be reached unless a test starts one.
    const nowhere = 'http://127.0.0.1:1';
    hosts = { kubernetes: nowhere, helm: nowhere, github: nowhere, githubApi: nowhere };
    await put(
      'home/go.mod',
      `module m\n\ngo 1.26.0\n\nrequire (\n${VERSIONS.map((line) => `\t${line}\n`).join('')})\n`,
    );
    await put('bin/go', `#!/bin/sh\n${FAKE_GO}`);
  });
  afterEach(async () => {
    server?.close();
    server = undefined;
    await rm(dir, { recursive: true });
  });

  async function put(path: string, content: string): Promise<string> {
    const whole = join(dir, path);
    await mkdir(dirname(whole), { recursive: true });
    await writeFile(whole, content);
    await chmod(whole, 0o755);
    return whole;
  }

  function printing(version: string): string {
    return `#!/bin/sh\necho "${version}"\n`;
  }

  function toolbox(env: NodeJS.ProcessEnv = {}): Toolbox {
    const PATH = join(dir, 'bin');
    const output = { write: (text: string) => said.push(text.trim()) };
    return createToolbox({
      env: { PATH, XDG_CACHE_HOME: join(dir, 'cache'), ...env },
      home: join(dir, 'home'),
      hosts,
      progress: createProgress(output, () => 0),
    });
  }

  const cached = (name: string, version: string): string =>
    join(dir, 'cache/helm-release-operator/tools', name, version, name);
  const builds = async (): Promise<number> =>
    readFile(join(dir, 'bin/built'), 'utf8').then(
      (text) => text.trim().split('\n').length,
      () => 0,
    );

  async function release(path: string, content: string): Promise<void> {
    const hash = createHash('sha256').update(content).digest('hex');
    const files: Record<string, string> = { [path]: content, [`${path}.sha256`]: hash };
    server = http.createServer((request, response) => {
      const body = files[request.url ?? ''];
      response.writeHead(body === undefined ? 404 : 200, { connection: 'close' }).end(body);
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    hosts = { ...hosts, kubernetes: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  it('takes it from KUBEBUILDER_ASSETS first, whatever its version', async () => {
    const chosen = await put('assets/kubectl', printing('v1.30.0'));
    await put('bin/kubectl', printing('Client Version: v1.37.9'));
    await put('cache/helm-release-operator/tools/kubectl/1.37.2/kubectl', '');

    expect(await toolbox({ KUBEBUILDER_ASSETS: join(dir, 'assets') }).get(['kubectl'])).to.eql([chosen]);
  });

  it('takes it from PATH when its version fits', async () => {
    const found = await put('bin/kubectl', printing('Client Version: v1.37.9'));
    await put('cache/helm-release-operator/tools/kubectl/1.37.2/kubectl', '');

    expect(await toolbox().get(['kubectl'])).to.eql([found]);
  });

  it('passes over one on PATH that does not fit, or does not answer', async () => {
    await put('bin/kubectl', printing('Client Version: v1.30.0'));
    await put('bin/helm', '#!/bin/sh\nexit 1\n');
    const kubectl = await put('cache/helm-release-operator/tools/kubectl/1.37.2/kubectl', '');
    const helm = await put('cache/helm-release-operator/tools/helm/4.3.1/helm', '');

    expect(await toolbox().get(['kubectl', 'helm'])).to.eql([kubectl, helm]);
  });

  it('tells helm 3 and helm 4 apart, whatever they are called on PATH', async () => {
    const helm = await put('bin/helm', printing('v3.23.1+gabc'));
    const helm4 = await put('bin/helm4', printing('v4.4.0+gabc'));

    expect(await toolbox().get(['helm', 'helm3'])).to.eql([helm4, helm]);
  });

  it('downloads it when it is nowhere', async () => {
    const platform = process.arch === 'arm64' ? 'arm64' : 'amd64';
    await release(`/release/v1.37.2/bin/linux/${platform}/kubectl`, 'the released kubectl');

    const [path = ''] = await toolbox().get(['kubectl']);

    expect(path).to.equal(cached('kubectl', '1.37.2'));
    expect(await readFile(path, 'utf8')).to.equal('the released kubectl');
    expect(await builds()).to.equal(0);
  });

  it('builds it when no release can be had, and says how far it is', async () => {
    const paths = await toolbox().get(['kube-apiserver', 'kwok']);

    expect(paths).to.eql([cached('kube-apiserver', '1.37.2'), cached('kwok', '0.8.0')]);
    expect(said).to.eql([
      'kube-apiserver 1.37.2 cannot be downloaded: 127.0.0.1:1 could not be reached',
      'building kube-apiserver, 1 of 2, first time only, about 9 minutes in all',
      'building kwok, 2 of 2, first time only, about 9 minutes in all',
    ]);
  });

  it('builds it once when two ask for it at the same time', async () => {
    const paths = await Promise.all([toolbox().get(['kwok']), toolbox().get(['kwok'])]);

    expect(paths).to.eql([[cached('kwok', '0.8.0')], [cached('kwok', '0.8.0')]]);
    expect(await builds()).to.equal(1);
    expect(said).to.include('waiting for another process that is getting kwok');
  });

  it('names the programs there are when asked for one it does not know', async () => {
    const failure = await toolbox()
      .get(['kubectx'])
      .catch((error: unknown) => (error as Error).message);

    expect(failure).to.match(/^no program is called kubectx: there are kube-apiserver, .*promtool$/);
  });
});
