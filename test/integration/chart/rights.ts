import { readFile } from 'node:fs/promises';
import { loadAll } from 'js-yaml';
import { rightsOf, type RightsObject } from '../../support/chart-rights.ts';

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

/** What the roles that are there to be copied allow the operator itself, by their kind. */
export async function documentedRoles(
  section: 'One namespace is enough' | 'Tenant mode',
): Promise<Readonly<Record<string, ReadonlySet<string>>>> {
  const text = await readFile(PAGE, 'utf8');
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(text.slice(text.indexOf(`\n## ${section}\n`))) ?? [];
  const roles = (loadAll(yaml) as readonly RightsObject[]).filter(
    ({ metadata }) => metadata.name !== 'helm-operator-charts',
  );
  return Object.fromEntries(roles.map(({ kind, rules = [] }) => [kind, rightsOf(rules)]));
}
