import type { Demo } from './demo.ts';
import { applyManifest } from './steps/apply-manifest.ts';
import { becomeReady } from './steps/become-ready.ts';
import { breakIt } from './steps/break-it.ts';
import { fixIt } from './steps/fix-it.ts';
import { prepareCluster } from './steps/prepare-cluster.ts';
import { serveGit } from './steps/serve-git.ts';
import { showHistory } from './steps/show-history.ts';
import { showMetrics } from './steps/show-metrics.ts';
import { startOperator } from './steps/start-operator.ts';
import { upgrade } from './steps/upgrade.ts';

/** The story of a release, from an empty cluster to a healthy workload; its end, steps/delete-it.ts, is left to the caller. */
export async function tell(demo: Demo): Promise<string> {
  await prepareCluster(demo);
  await serveGit(demo);
  const operatorUrl = await startOperator(demo);
  const release = await applyManifest(demo);
  await becomeReady(demo, release);
  await showHistory(demo);
  await upgrade(demo, release);
  await breakIt(demo, release, operatorUrl);
  await fixIt(demo, release);
  await showMetrics(demo, operatorUrl);
  return operatorUrl;
}
