import { setTimeout as sleep } from 'node:timers/promises';
import { isReady } from '../workload/fleet.ts';
import { CHANGES, helmRelease, names, valuesPatch } from '../workload/releases.ts';
import type { Scenario } from './scenario.ts';

export const POD_SECONDS = 60;
const POD_ANNOTATIONS = { 'testenv.helm-release-operator.io/ready-after': `${String(POD_SECONDS)}s` };

/** Whoever waits must not be in the way of others. */
export const waiting: Scenario = {
  about: 'N releases whose pods take a minute to get ready, and another one changed in the middle',
  count: 100,
  run: async ({ fleet, meter, host, operator }, { count }) => {
    const [one] = names(1, 'other');
    if (one === undefined) return;
    await operator.start();
    await fleet.change([one], (name) => ({ method: 'POST', body: helmRelease(name, host.chart) }), isReady);

    const values = { replicaCount: 1, podAnnotations: POD_ANNOTATIONS };
    await meter.measure(`install, pods ready after ${String(POD_SECONDS)} s`, async () => {
      const installed = fleet.change(
        names(count),
        (name) => ({ method: 'POST', body: helmRelease(name, host.chart, { values }) }),
        isReady,
      );
      const changed = sleep((POD_SECONDS / 2) * 1000).then(() =>
        fleet.change([one], () => ({ method: 'PATCH', body: valuesPatch(CHANGES.upgrade) }), isReady),
      );
      const [end, { releases: [changedOneReady = NaN] = [] }] = await Promise.all([installed, changed]);
      return { ...end, more: { changedOneReady } };
    });
  },
};
