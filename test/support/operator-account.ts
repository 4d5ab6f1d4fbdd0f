import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiClient } from '../../hack/testenv/control-plane/api-client.ts';
import { kubeconfigText } from '../../hack/testenv/control-plane/kubeconfig.ts';
import type { ControlPlane } from '../../hack/testenv/testenv.ts';
import { ownRights, rightsOf, type RightsObject, type Rule } from './chart-rights.ts';
import { eventually } from './eventually.ts';

/** Where an API server is reached. */
export type Server = Pick<ControlPlane, 'url' | 'caPem'>;

/** The accounts of operators in a cluster, with the rights that the chart gives them. */
export interface OperatorAccounts {
  /** The path of a kubeconfig for an operator with these flags; its helm may also do what the charts of the tests need. */
  readonly kubeconfig: (flags?: readonly string[], server?: Server) => Promise<string>;
  /** What the chart allows these operators themselves, as `verb group/resource`. */
  readonly own: () => ReadonlySet<string>;
}

/** By its name the operator is told from others in the audit log. */
export const ACCOUNT = 'helm-operator';

/** What a team would write into `rbac.chartRules` for the charts of the tests. */
const CHART_RULES: readonly Rule[] = [
  {
    apiGroups: ['', 'apps', 'batch', 'apiextensions.k8s.io', 'example.com'],
    resources: [
      ...['configmaps', 'secrets', 'services', 'serviceaccounts', 'pods', 'deployments', 'jobs'],
      ...['customresourcedefinitions', 'gadgets', 'gizmos', 'widgets', 'brokens'],
    ],
    verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  },
];

/** Of an operator, as its flags say. */
interface Place {
  readonly namespace: string;
  readonly allowed: string | undefined;
  readonly tenants: boolean;
}

const HELM_RELEASES = { verb: 'list', group: 'helm.fluxcd.io', resource: 'helmreleases' };

export function createOperatorAccounts(plane: ControlPlane): OperatorAccounts {
  const made = new Map<string, Promise<string>>();
  const own = new Set<string>();

  /** Gives the token of the account. */
  const make = async ({ namespace, allowed, tenants }: Place, nth: number): Promise<string> => {
    const name = nth === 0 ? ACCOUNT : `${ACCOUNT}-${String(nth)}`;
    const scope = allowed === namespace ? { namespaced: true } : { allowNamespace: allowed ?? '' };
    const objects = await ownRights({ release: name, namespace, values: { ...scope, tenantMode: tenants } });
    for (const right of rightsOf(objects.flatMap(({ rules = [] }) => rules))) own.add(right);
    const others = tenants ? [] : rightsForCharts(name, namespace);
    for (const object of [...objects, ...others]) await create(plane, object);
    const token = await tokenOf(plane, namespace, name);
    const last = tenants ? HELM_RELEASES : { verb: 'create', group: '', resource: 'services' };
    for (const right of [HELM_RELEASES, last])
      await untilAllowed(plane, token, { ...right, namespace: allowed ?? namespace });
    return token;
  };
  return {
    own: () => own,
    kubeconfig: async (flags = [], server = plane) => {
      const namespace = valueOf(flags, 'operator-namespace') ?? 'default';
      const allowed = valueOf(flags, 'allow-namespace');
      const tenants = flags.includes('--tenant-mode');
      const key = `${namespace}-${allowed ?? 'all'}${tenants ? '-tenants' : ''}`;
      const known = made.get(key) ?? make({ namespace, allowed, tenants }, made.size);
      made.set(key, known);
      const { url, caPem } = server;
      const path = join(plane.dir, `operator-${key}-${new URL(url).port}.kubeconfig`);
      await writeFile(path, kubeconfigText({ url, caPem, token: await known }), { mode: 0o600 });
      return path;
    },
  };
}

function valueOf(flags: readonly string[], name: string): string | undefined {
  return flags.findLast((flag) => flag.startsWith(`--${name}=`))?.slice(name.length + 3);
}

function rightsForCharts(account: string, namespace: string): readonly RightsObject[] {
  const metadata = { name: `${account}-charts` };
  const group = 'rbac.authorization.k8s.io';
  const apiVersion = `${group}/v1`;
  const binding = {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  };
  const role = { apiVersion, kind: 'ClusterRole', metadata, rules: CHART_RULES };
  return [role, binding];
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

function folderOf({ kind, metadata: { namespace = '' } }: RightsObject): string {
  if (kind === 'ServiceAccount') return `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const plural = `${kind.toLowerCase()}s`;
  return kind.startsWith('Cluster') ? `${RBAC}/${plural}` : `${RBAC}/namespaces/${namespace}/${plural}`;
}

async function create({ client }: ControlPlane, object: RightsObject): Promise<void> {
  const { status, text } = await client.send('POST', folderOf(object), object);
  if (status !== 201) throw new Error(`${object.kind} ${object.metadata.name} cannot be made: ${text}`);
}

async function tokenOf({ client }: ControlPlane, namespace: string, name: string): Promise<string> {
  const spec = { expirationSeconds: 86_400 };
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const answer = await client.send('POST', path, asked);
  if (answer.status !== 201) throw new Error(`there is no token for ${namespace}/${name}: ${answer.text}`);
  return (answer.json() as { readonly status: { readonly token: string } }).status.token;
}

/** The API server learns of bindings by a watch of its own. */
async function untilAllowed(plane: ControlPlane, token: string, resourceAttributes: object): Promise<void> {
  const client = createApiClient({ url: plane.url, caPem: plane.caPem, token });
  const question = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  try {
    await eventually(async () => {
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const answer = await client.send('POST', path, question);
      const { status } = answer.json() as { readonly status?: { readonly allowed?: boolean } };
      if (status?.allowed !== true) throw new Error(`the operator may not do that yet: ${answer.text}`);
    });
  } finally {
    client.close();
  }
}
