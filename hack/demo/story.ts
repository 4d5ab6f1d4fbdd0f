import type { Demo } from './demo.ts';
import { stay } from './stay.ts';
import { applyManifest } from './steps/apply-manifest.ts';
import { becomeReady } from './steps/become-ready.ts';
import { breakIt } from './steps/break-it.ts';
import { deleteIt } from './steps/delete-it.ts';
import { fixIt } from './steps/fix-it.ts';
import { prepareCluster } from './steps/prepare-cluster.ts';
import { serveGit } from './steps/serve-git.ts';
import { showHistory } from './steps/show-history.ts';
import { showMetrics } from './steps/show-metrics.ts';
import { startOperator } from './steps/start-operator.ts';
import { upgrade } from './steps/upgrade.ts';

/**
 * The story of a release, from an empty cluster to a healthy workload and back. Every step says in one line what happens,
 * shows the commands that a person would type, and checks that it did what it said.
 */
export async function tell(demo: Demo, { keep }: { readonly keep: boolean }): Promise<void> {
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
  await (keep ? stay(demo, operatorUrl) : deleteIt(demo));
}
