import { runGenerator } from '../generated/generated.ts';
import { dashboardFiles } from './all.ts';

await runGenerator({
  files: dashboardFiles(),
  command: 'npm run dashboards',
  origin: 'hack/dashboards says',
});
