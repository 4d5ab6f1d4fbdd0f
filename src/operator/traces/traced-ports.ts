import { describeSource } from '../../charts/source.ts';
import type { Slots } from '../../helm/slots.ts';
import type { ComposeValues } from '../../release/desire/desire.ts';
import type { PatientCharts } from '../../release/desire/patient-charts.ts';
import type { Tracer } from '../../telemetry/tracing/tracer.ts';

/** The same, with the wait for a slot as a span. */
export function tracedSlots(slots: Slots, tracer: Tracer): Slots {
  if (!tracer.isOn) return slots;
  return {
    hold: async (claim, signal, work) => {
      const waiting = tracer.child('slot', { pool: claim.pool });
      try {
        return await slots.hold(claim, signal, () => {
          waiting.end();
          return work();
        });
      } finally {
        waiting.end();
      }
    },
    pools: slots.pools,
  };
}

/** The same, with what it takes to have a chart as a span. */
export function tracedCharts(charts: PatientCharts, tracer: Tracer): PatientCharts {
  if (!tracer.isOn) return charts;
  return {
    ...charts,
    find: (release, source, fresh) =>
      tracer.span('chart', { source: describeSource(source) }, async (span) => {
        const chart = await charts.find(release, source, fresh);
        if (chart === undefined) span.set({ outcome: 'not answered yet' });
        else span.set({ chart: `${chart.name}-${chart.version}`, sourceRevision: chart.revision });
        return chart;
      }),
  };
}

/** The same, with the reading and composing of values as a span. */
export function tracedValues(compose: ComposeValues, tracer: Tracer): ComposeValues {
  if (!tracer.isOn) return compose;
  return (...values) => tracer.span('values', {}, () => compose(...values));
}
