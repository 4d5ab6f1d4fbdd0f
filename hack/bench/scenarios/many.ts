import { untilIdle } from '../stage/idle.ts';
import { hasNewRevision } from '../workload/fleet.ts';
import { helmRelease, names } from '../workload/releases.ts';
import { makeReleases } from '../workload/ready-made.ts';
import { noopPhases } from './noop.ts';
import type { Scenario } from './scenario.ts';

/** More releases than anybody wants to see helm install: all are there already, and are taken over. */
export const many: Scenario = {
  about: 'N releases that are there already: take-over, no-op passes, idle, restart; helm runs once',
  count: 5000,
  run: async (stage, { count, idleSeconds }) => {
    const { fleet, meter, host, operator } = stage;
    const all = names(count);
    await makeReleases(stage, all);
    await untilIdle(stage.plane);
    await fleet.send(all, (name) => ({ method: 'POST', body: helmRelease(name, host.chart) }));
    await meter.measure('start and take over', async () => {
      let ready = 0;
      const start = async (): Promise<void> => {
        ready = await operator.start();
      };
      const end = await fleet.follow(all, start, hasNewRevision);
      return { ...end, more: { ready } };
    });
    await noopPhases(stage, all, idleSeconds);
  },
};
