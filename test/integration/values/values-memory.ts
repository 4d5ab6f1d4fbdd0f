/** A process with passes over many releases at a time, all with the values of one ConfigMap, to measure its memory. */
import type { ReleaseSettings } from '../../../src/api/settings.ts';
import type { Chart } from '../../../src/charts/chart.ts';
import { createSemaphore } from '../../../src/process/semaphore.ts';
import { createDocumentReader, type Document } from '../../../src/kube/documents.ts';
import { createComposeValues } from '../../../src/release/desire/values.ts';
import { UNWATCHED } from '../../../src/kube/vigil.ts';
import { createValuesRoom } from '../../../src/values/room.ts';

const RELEASES = 1_000;
const BYTES = 1_000_000;
const ENTRY =
  '  an-entry-of-a-chart: {enabled: true, replicas: 3, host: "web.example.com", annotations: {a: b}}\n';

const text = Array.from({ length: Math.floor(BYTES / (ENTRY.length + 10)) }, (_, at) =>
  ENTRY.replace('chart', `chart-${String(at)}`),
).join('');
const answer = JSON.stringify({
  metadata: { name: 'values', resourceVersion: '1' },
  data: { 'values.yaml': `all:\n${text}` },
});

let [asked, composed] = [0, 0];
/** As many requests as the client of the API has under way, each with a body of its own. */
const connections = createSemaphore(16);
const readConfigMap = createDocumentReader(
  {
    get: (_ref, signal) =>
      connections.run(signal, async () => {
        asked += 1;
        await new Promise((resolve) => setImmediate(resolve));
        return JSON.parse(answer) as Document;
      }),
  },
  { get: (key) => ({ metadata: { name: key, resourceVersion: '1' } }) },
);
const compose = createComposeValues({
  readConfigMap,
  readSecret: () => Promise.resolve(undefined),
  fetchExternal: () => Promise.reject(new Error('not used')),
  room: createValuesRoom(),
});
const { signal } = new AbortController();
/** Slots for helm. */
const slots = createSemaphore(4);

async function pass(at: number): Promise<void> {
  const settings = {
    valuesFrom: [
      { kind: 'configMap', namespace: 'shop', name: 'values', key: 'values.yaml', optional: false },
    ],
    values: { replicas: at },
    valuesIgnored: false,
    source: { kind: 'repository' },
  } as unknown as ReleaseSettings;
  using held = await compose(settings, {} as Chart, {
    key: `shop/${String(at)}`,
    signal,
    lifeline: UNWATCHED,
  });
  await slots.run(signal, async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    composed += held.values.files.length;
  });
}

await Promise.all(Array.from({ length: RELEASES }, (_, at) => pass(at)));
process.stdout.write(JSON.stringify({ asked, composed, peak: process.resourceUsage().maxRSS * 1024 }));
