import { ValuesError } from '../../api/errors.ts';
import type { Chart } from '../../charts/chart.ts';
import { readChartFiles } from '../../charts/content/chart-files.ts';
import { composeValues } from '../../values/compose.ts';
import type { ValuesRoom } from '../../values/room.ts';
import type { Values } from '../../values/compose.ts';
import type { FetchExternal } from '../../values/external.ts';
import { createFetchFirst } from '../../values/fetch-first.ts';
import { createSharedContent } from '../../values/shared-content.ts';
import { withinLimit } from '../../values/within-limit.ts';
import type { ComposeValues } from './desire.ts';
import type { ReadDocument } from '../../kube/documents.ts';

export interface ValuesPorts {
  readonly readConfigMap: ReadDocument;
  readonly readSecret: ReadDocument;
  readonly fetchExternal: FetchExternal;
  readonly room: ValuesRoom;
}

/** Composes the values of a release from what the cluster, the chart and the web hold. */
export function createComposeValues({
  readConfigMap,
  readSecret,
  fetchExternal,
  room,
}: ValuesPorts): ComposeValues {
  const shared = createSharedContent();
  const fetchFirst = createFetchFirst(fetchExternal);
  return async ({ valuesFrom, values: inline, valuesIgnored, source }, chart, { key, signal, lifeline }) => {
    const pause = (): (() => void) => lifeline.pause();
    using fetched = await fetchFirst(key, valuesFrom, { pause, signal });
    const readers = {
      configMap: readConfigMap,
      secret: readSecret,
      fetchExternal: fetched.fetchExternal,
      shared,
      ...(source.kind === 'git' ? { readChartFile: chartFileReader(chart) } : {}),
    };
    return await room.hold(key, {
      signal,
      pause,
      compose: async (maxBytes) =>
        withWarning(
          valuesIgnored,
          await withinLimit(signal, (limited) =>
            composeValues(valuesFrom, inline, readers, limited, maxBytes),
          ),
        ),
    });
  };
}

function withWarning(valuesIgnored: boolean, values: Values): Values {
  return valuesIgnored
    ? { ...values, warnings: [...values.warnings, 'spec.values is not a map: it counts as empty'] }
    : values;
}

function chartFileReader(chart: Chart): (path: string) => Promise<Buffer> {
  return async (path) => {
    const normal = path.replace(/^(?:\.?\/)+/, '');
    const content = (await readChartFiles(chart.path, (each) => each === normal)).get(normal);
    if (content !== undefined) return content;
    throw new ValuesError(`chart ${chart.name} has no file ${path}: correct the path, or mark it optional`);
  };
}
