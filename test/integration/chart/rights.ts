import { readFile } from 'node:fs/promises';
import { loadAll } from 'js-yaml';
import type { Rule } from './chart.ts';

const PAGE = new URL('../../../docs/reference/rights.md', import.meta.url);

/** Where the operator runs, as far as it matters for its rights. */
export type Scope = 'all namespaces' | 'one namespace';

interface Row {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly why: string;
}

/** The table of what the operator needs for itself; not its row for kube-system, which no rights there are a full answer to. */
async function rows(): Promise<readonly Row[]> {
  const [, table = ''] = /\n## For itself\n([^]*?)\n## /.exec(await readFile(PAGE, 'utf8')) ?? [];
  return table
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (API group|---)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, groups = '', resources = '', verbs = '', why = '']) => ({
      groups: names(groups),
      resources: names(resources),
      verbs: names(verbs),
      why,
    }))
    .filter(({ groups }) => !groups.some((group) => group.includes('kube-system')));
}

function names(cell: string): readonly string[] {
  return cell.split(',').map((name) => name.trim().replaceAll('`', ''));
}

/** `verb group/resource`, for each right on its own. */
export async function documentedRights(scope: Scope): Promise<ReadonlySet<string>> {
  const only = scope === 'one namespace' ? /^only without `--allow-namespace`/ : ONE_NAMESPACE;
  const told = (await rows()).filter(({ why }) => !only.test(why));
  return rightsOf(
    told.map(({ groups, resources, verbs }) => ({
      apiGroups: groups.map((group) => (group === 'core' ? '' : group)),
      resources,
      verbs,
    })),
  );
}

/** The second is told of GitSyncs. */
const ONE_NAMESPACE = /^(only with `--allow-namespace`|as for HelmReleases)/;

const GROUP_OF: Readonly<Record<string, string>> = { pods: '', jobs: 'batch' };

/** A rule for several groups means each resource in its own only, as the chart and the page write it. */
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

/** What the operator itself needs of the Roles that are there to be copied, for one namespace. */
export async function documentedRole(): Promise<ReadonlySet<string>> {
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(await readFile(PAGE, 'utf8')) ?? [];
  const [own] = loadAll(yaml) as readonly { readonly rules: readonly Rule[] }[];
  return rightsOf(own?.rules ?? []);
}
