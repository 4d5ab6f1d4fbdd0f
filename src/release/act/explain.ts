import { saying } from '../../helm/errors.ts';
import type { FailureClass, HelmError } from '../../helm/errors.ts';
import { type Hidden, hiding, shown } from '../../helm/errors/mask.ts';
import type { HookQuestion, TellOfHook } from '../observe/hook-evidence.ts';
import type { ReadPayload } from '../observe/payloads.ts';
import type { Readiness, RevisionId } from '../observe/readiness.ts';
import type { RenderedSecrets } from '../observe/rendered-secrets.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';

export interface ConcealPorts {
  readonly renderedSecrets: RenderedSecrets;
  readonly readPayload: ReadPayload;
}

/** What probes, admission and programs say may hold what they were given: from values, or made by the chart itself. */
export async function concealed(
  { target, signal }: Pick<Pass, 'target' | 'signal'>,
  { values }: Pick<Plan, 'values'>,
  of: RevisionId,
  text: string,
  { renderedSecrets, readPayload }: ConcealPorts,
): Promise<string> {
  const payload = await readPayload(target, of, signal);
  const { namespace, releaseName } = target;
  const rendered: Hidden =
    payload?.hasSecrets === false
      ? { kind: 'words', words: [] }
      : await renderedSecrets(namespace, releaseName, signal);
  return shown(text, hiding(values.secrets, rendered), {
    what: 'what the cluster says of it',
    where: `look at the Events and pods of namespace ${namespace}`,
  });
}

export interface ExplainHookPorts {
  readonly tellOfHook: TellOfHook;
}

const OF_HOOKS: ReadonlySet<FailureClass> = new Set(['HOOK_FAILED', 'TEST_FAILED']);

/** Helm says that a hook or a test failed; what its pods say comes behind that. */
export async function explainHook(
  { target, signal }: Pick<Pass, 'target' | 'signal'>,
  error: HelmError,
  { revision, ...question }: Omit<HookQuestion, 'revision'> & { readonly revision: number | undefined },
  { tellOfHook }: ExplainHookPorts,
): Promise<HelmError> {
  if (revision === undefined || !OF_HOOKS.has(error.class)) return error;
  return saying(error, await tellOfHook(target, { ...question, revision }, signal));
}

/** Of a hook, and not of a test, that failed while the plan was carried out. */
export function hookOf(
  { settings, values }: Plan,
  revision: number | undefined,
): Parameters<typeof explainHook>[2] {
  return { revision, test: false, withLogs: settings.failureLogs, secrets: values.secrets };
}

export interface ExplainPorts extends ExplainHookPorts, ConcealPorts {
  readonly readiness: Pick<Readiness, 'check'>;
}

/** The same for objects for which helm itself has waited: it names none. */
export async function explainRun(
  pass: Pick<Pass, 'target' | 'signal'>,
  plan: Plan,
  error: HelmError,
  made: RevisionId | undefined,
  ports: ExplainPorts,
): Promise<HelmError> {
  if (error.class !== 'TIMEOUT' || made === undefined) {
    return await explainHook(pass, error, hookOf(plan, made?.revision), ports);
  }
  try {
    const health = await ports.readiness.check(pass.target, made, pass.signal);
    return health.kind === 'ready'
      ? error
      : saying(error, await concealed(pass, plan, made, health.why, ports));
  } catch {
    // It has failed all the same.
    pass.signal.throwIfAborted();
    return error;
  }
}
