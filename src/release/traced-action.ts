import type { Tracer } from '../telemetry/tracing/tracer.ts';
import type { Action } from './decide/action.ts';
import type { Pass } from './pass.ts';
import { isPassive } from './perform.ts';
import type { Plan } from './plan.ts';

/** An action as a span. Where something is done there is a change, and its trace is kept; looking alone is none. */
export async function tracedAction<T>(
  action: Action,
  pass: Pass,
  plan: Plan,
  tracer: Pick<Tracer, 'isOn' | 'span'>,
  perform: () => Promise<T>,
): Promise<T> {
  const { kind } = action;
  if (!tracer.isOn || kind === 'nothing' || kind === 'wait' || kind === 'stay') return await perform();
  const attributes = {
    action: kind,
    chart: `${plan.chart.name}-${plan.chart.version}`,
    sourceRevision: plan.chart.revision,
  };
  return await tracer.span(kind, attributes, async (span) => {
    if (!isPassive(action)) span.keep();
    const { failure: before } = pass.status();
    const result = await perform();
    const { failure, operation, history = [] } = pass.status();
    span.set({ revision: operation?.toRevision ?? history[0]?.revision });
    const isNew = failure?.attempts !== before?.attempts || failure?.time !== before?.time;
    if (failure !== undefined && isNew) span.fail(failure.cause);
    return result;
  });
}
