import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createApiClient } from '../../../hack/testenv/control-plane/api-client.ts';
import { start } from '../../../hack/testenv/control-plane/control-plane.ts';
import { running } from '../../../hack/testenv/control-plane/stop.ts';
import { startControlPlane, stop, tool, tools } from '../../../hack/testenv/testenv.ts';
import type { ControlPlane } from '../../../hack/testenv/testenv.ts';
import { eventually } from './eventually.ts';

const run = promisify(execFile);
const CLI = fileURLToPath(new URL('../../../hack/testenv/cli.ts', import.meta.url));
const STAGES = fileURLToPath(new URL('../../../hack/testenv/stages', import.meta.url));
const COMPONENTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'];

describe('two control planes side by side', () => {
  let base: string;
  let planes: readonly ControlPlane[];

  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'testenv-'));
    planes = await Promise.all(['a', 'b'].map((name) => startControlPlane(join(base, name))));
  }).timeout(180_000);
  after(async () => {
    await Promise.all(planes.map((plane) => plane.stop()));
    await rm(base, { recursive: true });
  }).timeout(60_000);

  const kubectl = async (plane: ControlPlane, ...args: readonly string[]): Promise<string> => {
    const env = { PATH: '/usr/bin:/bin', HOME: base, KUBECONFIG: plane.kubeconfig };
    return (await run(await tool('kubectl'), args, { env })).stdout.trim();
  };

  it('run the same programs on ports of their own', () => {
    const [first, second] = planes;

    expect(first?.url).not.to.equal(second?.url);
    for (const plane of planes) {
      expect(Object.keys(plane.pids)).to.have.members(COMPONENTS);
      expect(running(plane.dir)).to.have.length(COMPONENTS.length);
    }
  });

  it('are ready at once: a Deployment becomes Available in each of them', async () => {
    for (const plane of planes) {
      await kubectl(plane, 'create', 'deployment', 'web', '--image=web:1', '--replicas=2');
      await kubectl(plane, 'wait', '--for=condition=Available', 'deployment/web', '--timeout=20s');

      expect(
        await kubectl(plane, 'get', 'deployment', 'web', '-o', 'jsonpath={.status.readyReplicas}'),
      ).to.equal('2');
    }
  }).timeout(60_000);

  it('keep their node, whose Lease is renewed: else it would be lost after 50 s', async () => {
    for (const plane of planes) {
      const lease = ['lease', 'node-1', '-n', 'kube-node-lease'];
      await kubectl(plane, 'wait', '--for=create', ...lease, '--timeout=10s');

      expect(await kubectl(plane, 'get', ...lease, '-o', 'jsonpath={.spec.leaseDurationSeconds}')).to.equal(
        '40',
      );
    }
  }).timeout(30_000);

  it('hold each their own objects', async () => {
    const [first, second] = planes;
    if (first === undefined || second === undefined) throw new Error('not started');
    await kubectl(first, 'create', 'namespace', 'only-here');

    expect(await kubectl(second, 'get', 'namespaces', '-o', 'name')).not.to.contain('only-here');
  });

  it('have filled the aggregated roles, left nothing behind, and run the pinned version', async () => {
    for (const plane of planes) {
      const rules = await kubectl(
        plane,
        'get',
        'clusterrole',
        'admin',
        '-o',
        'jsonpath={.rules[*].resources}',
      );
      const version = await kubectl(plane, 'version', '-o', 'json');

      expect(rules).to.contain('deployments');
      expect(await kubectl(plane, 'get', 'all', '-n', 'kube-system', '-o', 'name')).to.equal('');
      expect(JSON.parse(version))
        .to.have.nested.property('serverVersion.gitVersion')
        .that.matches(/^v1\.37\./);
    }
  });

  it('refuse who brings no token, and are not trusted without their CA', async () => {
    const [first, second] = planes;
    if (first === undefined || second === undefined) throw new Error('not started');
    const stranger = createApiClient({ url: first.url, caPem: first.caPem, token: 'wrong' });
    const misled = createApiClient({ url: first.url, caPem: second.caPem, token: first.adminToken });

    const answer = await stranger.send('GET', '/api/v1/secrets');
    const failure = await misled.send('GET', '/api/v1/secrets').catch((error: unknown) => error as Error);

    expect(answer.status).to.equal(401);
    expect(failure)
      .to.be.instanceOf(Error)
      .with.property('code')
      .that.matches(/SIGNATURE|UNABLE_TO_VERIFY|SELF_SIGNED/);
    expect(await readFile(first.kubeconfig, 'utf8')).not.to.contain('insecure');
    stranger.close();
    misled.close();
  });

  it('let a service account do what RBAC allows it, and no more', async () => {
    const [plane] = planes;
    if (plane === undefined) throw new Error('not started');
    await kubectl(
      plane,
      'create',
      'rolebinding',
      'viewer',
      '--clusterrole=view',
      '--serviceaccount=default:default',
    );
    const token = await kubectl(plane, 'create', 'token', 'default');
    const client = createApiClient({ url: plane.url, caPem: plane.caPem, token });

    const pods = await client.send('GET', '/api/v1/namespaces/default/pods');
    const secrets = await client.send('GET', '/api/v1/namespaces/default/secrets');

    expect([pods.status, secrets.status]).to.eql([200, 403]);
    client.close();
  });

  it('collect what belongs to a deleted owner, and end namespaces', async () => {
    const [plane] = planes;
    if (plane === undefined) throw new Error('not started');
    await kubectl(plane, 'create', 'namespace', 'doomed');
    await kubectl(plane, 'create', 'deployment', 'web', '--image=web:1', '-n', 'doomed');
    await kubectl(
      plane,
      'wait',
      '--for=condition=Available',
      'deployment/web',
      '-n',
      'doomed',
      '--timeout=20s',
    );

    await kubectl(plane, 'delete', 'namespace', 'doomed', '--timeout=30s');

    expect(await kubectl(plane, 'get', 'namespaces', '-o', 'name')).not.to.contain('doomed');
  }).timeout(60_000);

  it('are not started twice in the same folder', async () => {
    const [plane] = planes;
    if (plane === undefined) throw new Error('not started');

    const failure = await startControlPlane(plane.dir).catch((error: unknown) => error as Error);

    expect(failure)
      .to.be.instanceOf(Error)
      .with.property('message')
      .that.matches(/runs in .* already: stop it first/);
    expect(running(plane.dir)).to.have.length(COMPONENTS.length);
  });
});

describe('a control plane whose port is taken in the last moment', () => {
  it('takes another one', async () => {
    const base = await mkdtemp(join(tmpdir(), 'testenv-'));
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const [etcd = '', apiServer = '', controllerManager = '', scheduler = '', kwok = ''] =
      await tools(COMPONENTS);
    // The first time, the real program is sent to the taken port.
    const misled = join(base, 'kube-apiserver');
    const script = `#!/bin/sh
if [ ! -e "$HOME/misled" ]; then
  touch "$HOME/misled"
  for arg; do
    case $arg in --secure-port=*) arg=--secure-port=${port} ;; esac
    set -- "$@" "$arg"
    shift
  done
fi
exec ${apiServer} "$@"
`;
    await writeFile(misled, script, { mode: 0o755 });
    const stages = ['node', 'pod-ready'].map((name) => `${STAGES}/${name}.yaml`);
    const programs = { etcd, apiServer: misled, controllerManager, scheduler, kwok };

    const plane = await start(join(base, 'plane'), { programs, stages });
    const { status } = await plane.client.send('GET', '/api/v1/namespaces/default');
    await plane.stop();

    expect(existsSync(join(base, 'plane', 'misled'))).to.equal(true);
    expect(status).to.equal(200);
    expect(plane.url).not.to.contain(`:${port}`);
    taken.close();
    await rm(base, { recursive: true });
  }).timeout(120_000);
});

describe('the end of a control plane', () => {
  let dir: string;

  beforeEach(async () => {
    dir = join(await mkdtemp(join(tmpdir(), 'testenv-')), 'plane');
  });
  afterEach(async () => {
    await stop(dir);
    await rm(join(dir, '..'), { recursive: true });
  });

  it('comes with `stop DIR`, in another process than `start DIR`', async () => {
    const { stdout } = await run(process.execPath, [CLI, 'start', dir]);
    const count = running(dir).length;
    await run(process.execPath, [CLI, 'stop', dir]);

    expect(stdout).to.contain(`export KUBECONFIG=${dir}/kubeconfig`);
    expect(count).to.equal(COMPONENTS.length);
    expect(running(dir)).to.eql([]);
  }).timeout(120_000);

  it('leaves the data: what is started again in the folder holds the same objects, for who had access before', async () => {
    const first = await startControlPlane(dir);
    await first.client.send('POST', '/api/v1/namespaces', { metadata: { name: 'kept' } });
    await first.stop();

    const second = await startControlPlane(dir);
    // The port is the same too, unless somebody took it in between.
    const before = createApiClient({ url: second.url, caPem: first.caPem, token: first.adminToken });
    const { status } = await before.send('GET', '/api/v1/namespaces/kept');
    before.close();
    await second.stop();

    expect(status).to.equal(200);
  }).timeout(120_000);

  it('comes with the end of the process that started it as a library', async () => {
    const testenv = JSON.stringify(
      fileURLToPath(new URL('../../../hack/testenv/testenv.ts', import.meta.url)),
    );
    const script = `import { startControlPlane } from ${testenv};
      const plane = await startControlPlane(${JSON.stringify(dir)});
      plane.client.close();
      process.stdout.write(String(Object.keys(plane.pids).length));`;

    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);

    expect(stdout).to.equal(String(COMPONENTS.length));
    // They are killed with it, which takes the system a moment.
    await eventually('the end of all', () => (running(dir).length === 0 ? true : undefined));
  }).timeout(120_000);

  for (const moment of ['state.json', 'kubeconfig']) {
    it(`comes with stop when its starter was killed by kill -9, as soon as there was a ${moment}`, async () => {
      const starter = spawn(process.execPath, [CLI, 'start', dir], { stdio: 'ignore' });
      const ended = once(starter, 'exit');
      const deadline = performance.now() + 60_000;
      while (!existsSync(join(dir, moment)) && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      starter.kill('SIGKILL');
      await ended;
      const left = running(dir).length;

      await stop(dir);

      expect(left).to.be.greaterThan(0);
      expect(running(dir)).to.eql([]);
    }).timeout(120_000);
  }

  it('is no error where nothing runs', async () => {
    await stop(dir);

    expect(running(dir)).to.eql([]);
  });
});
