import { describe, InvalidChartError, OperatorError } from '../../api/errors.ts';
import { COMPONENT } from '../../api/names.ts';
import type { Definitions } from '../../charts/content/definitions.ts';
import { SERVED_WITHIN_MS, untilServed } from '../../health/definition-served.ts';
import type { ServedPorts } from '../../health/definition-served.ts';
import { ApiError, isForbidden } from '../../kube/errors.ts';
import { nameOfUser } from '../../kube/impersonate.ts';
import type { Resource } from '../../kube/resource.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, type KubeObject, type ResourceType } from '../../kube/resource-type.ts';
import type { ValuesMap } from '../../values/merge.ts';
import type { Plan } from '../plan.ts';

/** Sees to what is in the crds/ folders of a chart, by the policy of the HelmRelease. */
export interface Crds {
  /**
   * Done before helm runs. Helm 4 changes definitions that are there, which Helm 3 never did, and neither updates
   * them: so it is told to leave them alone. Whatever else lies there is created as helm does it, and never changed.
   * Throws a CrdError for one that cannot be had.
   */
  readonly prepare: (work: CrdWork, signal: AbortSignal) => Promise<{ readonly skipCRDs: boolean }>;
}

export interface CrdWork extends Pick<Plan, 'chart' | 'settings' | 'target' | 'account'> {
  readonly action: 'install' | 'upgrade';
  /** By which subcharts are used or not. */
  readonly values: ValuesMap;
}

export interface CrdPorts extends Pick<ServedPorts, 'isServed' | 'clock'> {
  readonly readDefinitions: (archive: string, values: ValuesMap) => Promise<Definitions>;
  readonly definitions: Pick<Resource<KubeObject>, 'get' | 'create' | 'apply'>;
  /** Undefined for a kind that the API server does not serve. */
  readonly resourceFor: (
    object: KubeObject,
    signal: AbortSignal,
  ) => Promise<Pick<Resource<KubeObject>, 'type' | 'create'> | undefined>;
}

type Ports = CrdPorts & {
  /** Who may do too little, where anything is refused. */
  readonly who: string;
};

/** A definition or what lies beside it is not there as it should be, and helm was not run. Another look may help. */
export class CrdError extends OperatorError {
  readonly reason = 'CustomResourceDefinition';
  readonly retry = 'backoff';
}

const WAY_OUT =
  'to get, create and patch CustomResourceDefinitions (a ClusterRole), or install them yourself and set spec.crds to Skip';
const WAY_OUT_OF_OTHERS =
  'to create what is in crds/ of the chart, or create it yourself and set spec.crds to Skip';

/** The ports act as the account that is given, or by the operator's own rights. */
export function createCrds(portsAs: (user: string | undefined) => CrdPorts): Crds {
  return {
    prepare: async (work, signal) => {
      const { crds } = work.settings;
      if (!preparesCrds(work)) return { skipCRDs: crds !== 'Create' };
      const replace = crds === 'CreateReplace';
      const user = work.account?.user;
      const ports: Ports = { ...portsAs(user), who: user === undefined ? 'the operator' : nameOfUser(user) };
      const { definitions, others } = await definitionsOf(work, ports);
      for (const definition of definitions) await put(definition, replace, ports, signal);
      const deadline = ports.clock.monotonicMs() + SERVED_WITHIN_MS;
      for (const definition of definitions) await mustBeServed(definition, deadline, ports, signal);
      for (const other of others) await create(other, work.target.namespace, ports, signal);
      return { skipCRDs: true };
    },
  };
}

/** Whether there is anything to do before helm runs, which may take as long as the API server needs to serve it. */
export function preparesCrds({
  action,
  chart,
  settings: { crds },
}: Omit<CrdWork, 'values' | 'target'>): boolean {
  if (crds === 'Skip' || chart.crds.length === 0) return false;
  return action === 'install' || crds === 'CreateReplace';
}

/** Nothing is left to helm: Helm 4 would change definitions that are there for what it finds in these files. */
async function definitionsOf(
  { chart, values }: CrdWork,
  ports: Pick<CrdPorts, 'readDefinitions'>,
): Promise<Definitions> {
  try {
    return await ports.readDefinitions(chart.path, values);
  } catch (caught) {
    if (!(caught instanceof InvalidChartError)) throw caught;
    throw new CrdError(
      `nothing was done, because the crds/ of the chart cannot be read: ${describe(caught)}: correct the chart, or install its definitions yourself and set spec.crds to Skip`,
    );
  }
}

/** What is there is not touched, unless it is to be as the chart has it: then whoever changed it has lost. */
async function put(
  definition: KubeObject,
  replace: boolean,
  { definitions, who }: Ports,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (replace) await definitions.apply(definition, { fieldManager: COMPONENT, force: true }, signal);
    else await definitions.create(definition, signal);
  } catch (caught) {
    if (!replace && isThere(caught)) return;
    if (!isRefusal(caught)) throw caught;
    const verb = replace ? 'applied' : 'created';
    throw failed(definition, `cannot be ${verb}: ${describe(caught)}`, isForbidden(caught) ? who : undefined);
  }
}

/** As helm does it: into the namespace of the release unless it says another one, and never over what is there. */
async function create(
  object: KubeObject,
  namespace: string,
  ports: Ports,
  signal: AbortSignal,
): Promise<void> {
  try {
    const resource = await ports.resourceFor(object, signal);
    if (resource !== undefined) await resource.create(placed(object, resource.type, namespace), signal);
    else if (!(await isOldDefinition(object, ports, signal)))
      throw failed(
        object,
        `of ${object.apiVersion ?? ''} in crds/ of the chart is not served by the API server: correct the chart, or set spec.crds to Skip`,
      );
  } catch (caught) {
    if (isThere(caught)) return;
    if (!isRefusal(caught)) throw caught;
    const way = isForbidden(caught) ? `: allow ${ports.who} ${WAY_OUT_OF_OTHERS}` : '';
    throw failed(object, `in crds/ of the chart cannot be created: ${describe(caught)}${way}`);
  }
}

function placed(object: KubeObject, { namespaced }: ResourceType, namespace: string): KubeObject {
  if (!namespaced) return object;
  return { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } };
}

/** Whether it is a definition in a version of long ago, of which there is one by now. */
async function isOldDefinition(
  { apiVersion, kind, metadata: { name } }: KubeObject,
  { definitions }: CrdPorts,
  signal: AbortSignal,
): Promise<boolean> {
  const { group, kind: wanted } = CUSTOM_RESOURCE_DEFINITIONS;
  if (kind !== wanted || apiVersion?.startsWith(`${group}/`) !== true) return false;
  return (await definitions.get({ name }, signal)) !== undefined;
}

async function mustBeServed(
  definition: KubeObject,
  deadlineMs: number,
  ports: Ports,
  signal: AbortSignal,
): Promise<void> {
  const served = await untilServed(definition, deadlineMs, ports, signal);
  if (served.kind === 'refused')
    throw failed(definition, served.why, served.forbidden ? ports.who : undefined);
  if (served.kind === 'late') {
    const limit = `${String(SERVED_WITHIN_MS / 1000)} s`;
    throw failed(definition, `was not served by the API server within ${limit}`);
  }
}

function isThere(caught: unknown): boolean {
  return caught instanceof ApiError && caught.statusReason === 'AlreadyExists';
}

/** The API server has answered; anything else is trouble of the platform, and the pass is tried again. */
function isRefusal(caught: unknown): boolean {
  return caught instanceof ApiError && caught.status < 500 && caught.status !== 429;
}

function failed(
  { kind = 'CustomResourceDefinition', metadata }: KubeObject,
  what: string,
  forbidden?: string,
): CrdError {
  const way = forbidden === undefined ? '' : `: allow ${forbidden} ${WAY_OUT}`;
  return new CrdError(`${kind} ${metadata.name} ${what}${way}`);
}
