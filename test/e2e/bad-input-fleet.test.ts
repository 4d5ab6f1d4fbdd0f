import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { openBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { conditionOf, webRelease } from './world.ts';

const NAMESPACE = 'bad-fleet';
/** Each with a repository of its own: many times more than are asked of one host at a time. */
const SILENT = 80;
const LAST = `silent-${String(SILENT - 1)}`;

describe('defect 17: a fleet whose host does not answer', function () {
  this.timeout(60_000);
  const stack = new AsyncDisposableStack();
  let bench: Bench;

  before(async () => {
    const server = stack.use(await startSilentServer());
    bench = stack.use(await openBench({ namespace: NAMESPACE }));
    const releases = Array.from({ length: SILENT }, (_, index) =>
      webRelease(bench.world, NAMESPACE, `silent-${String(index)}`, {
        chart: { git: `http://127.0.0.1:${String(server.port)}/${String(index)}.git`, path: 'web' },
      }),
    );
    await bench.apply(...releases);
  });

  after(() => stack.disposeAsync());

  it('says what it waits for', async () => {
    const release = await bench.world.until(NAMESPACE, LAST, (each) => {
      expect(conditionOf(each, 'Ready').status).to.equal('Unknown');
    });

    const { message } = conditionOf(release, 'Ready');
    expect(message).to.match(
      /^waiting for chart web of http:\/\/127\.0\.0\.1:\d+\/79\.git at main: it has not answered yet$/,
    );
    expect(conditionOf(release, 'Reconciling')).to.include({ status: 'True', message });
  });

  it('keeps nobody else waiting', async () => {
    await bench.apply(webRelease(bench.world, NAMESPACE, 'good'));
    await bench.untilReady('good', 8_000);
  });

  it('lets go of who does not want to wait any longer', async () => {
    await bench.world.cluster.kubectl(
      ...['delete', 'helmreleases.helm.fluxcd.io', 'silent-40', '-n', NAMESPACE, '--timeout=8s'],
    );
  });

  it('says of each that the host does not answer, and tries again', async () => {
    const { status } = await bench.world.until(NAMESPACE, 'silent-0', ({ status }) => {
      expect(status?.failure?.step).to.equal('chart');
    });
    expect(status?.failure?.cause).to.match(
      /^127\.0\.0\.1 did not finish answering for repository .*\/0\.git within 20 s/,
    );
    expect(status?.conditions?.find(({ type }) => type === 'Reconciling')?.status).to.equal('True');
  });

  it('does not hold up the end of the operator', async () => {
    const begun = performance.now();
    expect(await bench.operator.stop()).to.equal(0);
    expect(performance.now() - begun).to.be.lessThan(5_000);
  });
});

/** Takes every connection and says nothing. */
async function startSilentServer(): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
