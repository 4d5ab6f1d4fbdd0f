import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAll } from 'js-yaml';
import { tool } from '../../hack/testenv/testenv.ts';
import { run } from './run.ts';

const CHART = fileURLToPath(new URL('../../charts/helm-release-operator', import.meta.url));
const KINDS = ['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

/** No configuration or plugin of whoever runs the tests. */
const HOME = join(tmpdir(), 'no-helm-home');
const ENV = { HELM_CONFIG_HOME: HOME, HELM_DATA_HOME: HOME, HELM_CACHE_HOME: HOME, HELM_PLUGINS: HOME };

export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

/** An account, a role or a binding of the chart. */
export interface RightsObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly Rule[];
}

/** What helm is told beside the values. */
export interface RightsOf {
  readonly release: string;
  readonly namespace: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What the chart makes for the operator itself to be allowed what it needs, and nothing for the charts that helm installs. */
export async function ownRights({ release, namespace, values }: RightsOf): Promise<readonly RightsObject[]> {
  const rbac = { chartRules: [], accounts: ['*'] };
  const args = ['template', release, CHART, `--namespace=${namespace}`, '--skip-crds', '--values=-'];
  const input = JSON.stringify({ rbac, ...values });
  const text = await run(await tool('helm'), [...args, '--kube-version=1.30.0'], { env: ENV, input });
  const objects = (loadAll(text) as readonly (RightsObject | null)[]).filter((object) => object !== null);
  return objects.filter((object) => KINDS.includes(object.kind) && !isHook(object));
}

/** Those are there only while the chart is uninstalled. */
export function isHook({ metadata: { annotations = {} } }: Pick<RightsObject, 'metadata'>): boolean {
  return annotations['helm.sh/hook'] !== undefined;
}

const GROUP_OF: Readonly<Record<string, string>> = { pods: '', jobs: 'batch' };

/** `verb group/resource`, for each right on its own. A rule for several groups means each resource in its own only, as the chart writes it. */
export function rightsOf(rules: readonly Rule[]): ReadonlySet<string> {
  return new Set(
    rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
      resources.flatMap((resource) => {
        const groups = apiGroups.length === 1 ? apiGroups : [GROUP_OF[resource] ?? ''];
        return groups.flatMap((group) => verbs.map((verb) => `${verb} ${group}/${resource}`));
      }),
    ),
  );
}
