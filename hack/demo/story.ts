import type { Demo } from './demo.ts';
import { stay } from './stay.ts';
import { breakIt } from './steps/break-it.ts';
import { createGitSync } from './steps/create-git-sync.ts';
import { deploy } from './steps/deploy.ts';
import { fixIt } from './steps/fix-it.ts';
import { prepareCluster } from './steps/prepare-cluster.ts';
import { removeIt } from './steps/remove-it.ts';
import { serveGit } from './steps/serve-git.ts';
import { showMetrics } from './steps/show-metrics.ts';
import { showTrail } from './steps/show-trail.ts';
import { startOperator } from './steps/start-operator.ts';
import { upgrade } from './steps/upgrade.ts';

/**
 * The story of a release, from an empty cluster to a healthy workload and back, by commits. Every step says in one line
 * what happens, shows the commands that a person would type, and checks that it did what it said.
 */
export async function tell(demo: Demo, { keep }: { readonly keep: boolean }): Promise<void> {
  await prepareCluster(demo);
  await serveGit(demo);
  const operatorUrl = await startOperator(demo);
  const release = await createGitSync(demo);
  await deploy(demo, release);
  await upgrade(demo, release);
  await breakIt(demo, release, operatorUrl);
  await fixIt(demo, release);
  await showMetrics(demo, operatorUrl);
  await showTrail(demo);
  await (keep ? stay(demo, operatorUrl) : removeIt(demo));
}
