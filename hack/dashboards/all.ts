import type { FileDashboard } from './dashboard.ts';
import type { Files } from '../generated/generated.ts';
import { fleet } from './fleet/fleet.ts';
import { helmOperator } from './helm-operator.ts';
import { operator } from './operator/operator.ts';
import { release } from './release.ts';

/** By the name of the file. */
export const DASHBOARDS: Readonly<Record<string, () => FileDashboard>> = {
  fleet,
  release,
  operator,
  'helm-operator': helmOperator,
};

const FOLDER = 'charts/helm-release-operator/dashboards';

export function dashboardFiles(): Files {
  return new Map(
    Object.entries(DASHBOARDS).map(([name, build]) => [
      `${FOLDER}/${name}.json`,
      `${JSON.stringify(build(), undefined, 2)}\n`,
    ]),
  );
}
