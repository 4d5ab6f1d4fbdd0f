import { runGenerator } from '../generated/generated.ts';
import { metricsPage } from './page.ts';

await runGenerator({
  files: new Map([['docs/reference/metrics.md', await metricsPage()]]),
  command: 'npm run metrics',
  origin: 'the metrics in src/telemetry say',
});
