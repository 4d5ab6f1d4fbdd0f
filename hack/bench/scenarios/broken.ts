import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Stage } from '../stage/stage.ts';
import { isFailed } from '../workload/fleet.ts';
import { helmRelease, names } from '../workload/releases.ts';
import { install, uninstall, upgrade } from './lifecycle.ts';
import type { Scenario } from './scenario.ts';

/** For each good one. */
const BROKEN = 10;

/** What cannot be reached must not be in the way of what can. */
export const broken: Scenario = {
  about: 'N good releases alone, then beside ten times as many with a broken source each',
  count: 100,
  run: async (stage, { count }) => {
    const { fleet, meter, operator, host } = stage;
    await using silent = await startSilentHost();
    const good = names(count, 'good');
    const bad = names(count * BROKEN, 'bad');
    const sources = brokenSources(host.url, silent.port);
    const sourceOf = (name: string) => {
      const number = Number(name.split('-')[1]);
      return sources[number % sources.length]?.(number) ?? {};
    };
    await operator.start();
    await install(stage, good, 'install alone');
    await upgrade(stage, good, 'upgrade alone');
    await uninstall(stage, good, 'uninstall alone');

    // Those whose host says nothing take as long as git may take, one after the other: they are still at it at the end.
    const quick = bad.filter((_, at) => at % sources.length !== SILENT);
    await meter.measure('broken ones appear', async () => {
      const end = fleet.follow(quick, () => create(stage, bad, sourceOf), isFailed);
      return await end;
    });
    await install(stage, good, 'install beside');
    await upgrade(stage, good, 'upgrade beside');
    await uninstall(stage, good, 'uninstall beside');
  },
};

function create({ fleet }: Stage, bad: readonly string[], sourceOf: (name: string) => object): Promise<void> {
  return fleet.send(bad, (name) => ({ method: 'POST', body: helmRelease(name, sourceOf(name)) }));
}

const SILENT = 3;

/** Another source for each number: none of them can share what is known of another. */
function brokenSources(good: string, silentPort: number): readonly ((number: number) => object)[] {
  const git = (url: string) => ({ git: url, path: 'chart', ref: 'main' });
  const base = good.replace(/^oci:/, 'http:').replace(/\/charts(\.git)?$/, '');
  return [
    (number) => git(`${base}/missing-${String(number)}.git`),
    (number) => git(`http://127.0.0.1:1/refused-${String(number)}.git`),
    (number) => ({ repository: `${base}/no-index-${String(number)}`, name: 'chart', version: '1.x' }),
    (number) => git(`http://127.0.0.1:${String(silentPort)}/silent-${String(number)}.git`),
  ];
}

/** Takes connections and never says a word. */
async function startSilentHost(): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
