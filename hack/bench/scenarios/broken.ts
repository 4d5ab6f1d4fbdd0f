import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { startChartHost } from '../stage/chart-host.ts';
import { untilIdle } from '../stage/idle.ts';
import type { Stage } from '../stage/stage.ts';
import { isFailed, isGone, isReady } from '../workload/fleet.ts';
import { helmRelease, names } from '../workload/releases.ts';
import { counting, install, uninstall, upgrade } from './lifecycle.ts';
import type { Scenario } from './scenario.ts';

/** For each good one. */
const BROKEN = 10;
const THROWN_AWAY = 10;

/** What cannot be reached must not be in the way of what can. */
export const broken: Scenario = {
  about: 'N good releases alone, then together with ten times as many with a broken source each',
  count: 100,
  run: async (stage, { count }) => {
    const { fleet, meter, operator, dir, source, plane } = stage;
    // Each phase has a source that the operator has not heard of, as the broken ones have.
    await using second = await startChartHost(source, join(dir, 'second-host'));
    await using silent = await startSilentHost();
    const good = names(count, 'good');
    await operator.start();
    await throwAway(stage);

    await untilIdle(plane);
    await install(stage, good, 'install alone');
    await upgrade(stage, good, 'upgrade alone');
    await uninstall(stage, good, 'uninstall alone');

    await untilIdle(plane);
    const bad = names(count * BROKEN, 'bad');
    const sources = brokenSources(second.url, silent.port);
    const sourceOf = (name: string): object => {
      const number = Number(name.split('-')[1]);
      return sources[number % sources.length]?.(number) ?? {};
    };
    await meter.measure('install beside', () =>
      counting(second, async () => {
        const [, end] = await Promise.all([
          fleet.send(bad, (name) => ({ method: 'POST', body: helmRelease(name, sourceOf(name)) })),
          fleet.change(good, (name) => ({ method: 'POST', body: helmRelease(name, second.chart) }), isReady),
        ]);
        return end;
      }),
    );
    await upgrade(stage, good, 'upgrade beside', second);
    await uninstall(stage, good, 'uninstall beside');
    // Those whose host says nothing take as long as git may take, one after the other: they are still at it at the end.
    const quick = bad.filter((_, at) => at % sources.length !== SILENT);
    await meter.measure('the broken ones have failed', () =>
      fleet.follow(quick, () => Promise.resolve(), isFailed),
    );
  },
};

/** What comes first pays for the caches of operator, helm and API server: nobody whom we measure. */
async function throwAway({ fleet, source, dir }: Stage): Promise<void> {
  await using host = await startChartHost(source, join(dir, 'first-host'));
  const some = names(THROWN_AWAY, 'warm');
  await fleet.change(some, (name) => ({ method: 'POST', body: helmRelease(name, host.chart) }), isReady);
  await fleet.change(some, () => ({ method: 'DELETE' }), isGone);
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
