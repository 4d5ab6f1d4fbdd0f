import type { ApiError, StatusDetails } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import type { Finding, Needed, Refusal } from './refusal.ts';

/**
 * What a refusal of the API server says about the object; undefined for trouble of the platform, which says nothing
 * about it and passes. Conflicts of field managers are looked at before.
 */
export function judge(error: ApiError, object: KubeObject): Refusal | undefined {
  const said = saidBy(error);
  switch (error.status) {
    case 400:
      return badRequest(said, error);
    case 403:
      return forbidden(said, error);
    case 404:
      return notFound(said, error, object);
    case 405:
      return { kind: 'other', said: 'objects of this kind cannot be applied', reason: error.reason };
    case 413:
      return { kind: 'too-large' };
    case 422:
      return webhook(said) ?? { kind: 'invalid', findings: findingsIn(error.details, said) };
    case 500:
      // With it the server says, too, that an object does not fit its schema.
      return webhook(said) ?? misfit(said) ?? other(said, error);
    default:
      return PLATFORM.has(error.status) || error.status > 500
        ? undefined
        : (webhook(said) ?? other(said, error));
  }
}

/** Not believed, too slow, too much at once: whatever the object is. */
const PLATFORM: ReadonlySet<number> = new Set([401, 408, 429]);

/** The words of the server, without ours in front: `cannot apply configmaps shop/web: `. */
function saidBy({ message }: ApiError): string {
  const at = message.indexOf(': ');
  return at < 0 ? message : message.slice(at + 2);
}

function badRequest(said: string, error: ApiError): Refusal {
  if (/does not support dry run/.test(said)) return { kind: 'untestable', said };
  return webhook(said) ?? misfit(said) ?? unknownFields(said) ?? other(said, error);
}

function forbidden(said: string, error: ApiError): Refusal {
  const denied =
    /User "([^"]+)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/.exec(
      said,
    );
  if (denied !== null) {
    const [, user = '', verb = '', resource = '', group = '', namespace = ''] = denied;
    return { kind: 'forbidden', user, verb, resource, group, namespace };
  }
  const leaving = error.details.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
  const [, namespace = ''] = /in namespace (\S+) because it is being terminated/.exec(said) ?? [];
  if (leaving || namespace !== '') return { kind: 'namespace-goes', namespace };
  if (/is attempting to grant RBAC permissions not currently held/.test(said))
    return { kind: 'escalation', said };
  const on = neededIn(said);
  return on === undefined ? (webhook(said) ?? other(said, error)) : { kind: 'depends', on, said };
}

/** What admission of pods says of what is not there. */
function neededIn(said: string): Needed | undefined {
  const account = /error looking up service account ([^/\s]+)\/([^:\s]+): .*not found/.exec(said);
  if (account !== null) {
    const [, namespace = '', name = ''] = account;
    return { group: '', plural: 'serviceaccounts', namespace, name };
  }
  const [, priority] = /no PriorityClass with name (\S+) was found/.exec(said) ?? [];
  if (priority !== undefined)
    return { group: 'scheduling.k8s.io', plural: 'priorityclasses', name: priority };
  const [, runtime] = /RuntimeClass "([^"]+)" not found/.exec(said) ?? [];
  return runtime === undefined
    ? undefined
    : { group: 'node.k8s.io', plural: 'runtimeclasses', name: runtime };
}

/** An apply makes what is missing, so it is always something else that was not found. */
function notFound(said: string, error: ApiError, object: KubeObject): Refusal {
  const { kind: plural, name, group = '' } = error.details;
  if (plural === undefined || name === undefined) return webhook(said) ?? { kind: 'no-kind' };
  if (plural === 'namespaces' && group === '') return { kind: 'no-namespace', namespace: name };
  const { kind: role } = (object as Binding).roleRef ?? {};
  // The server gives the kind of the binding with the name of its role.
  const needed = role === undefined ? plural : `${role.toLowerCase()}s`;
  return webhook(said) ?? { kind: 'depends', on: { group, plural: needed, name }, said };
}

interface Binding extends KubeObject {
  readonly roleRef?: { readonly kind?: string };
}

function webhook(said: string): Refusal | undefined {
  const spoke =
    /admission webhook "[^"]*" denied the request|failed calling webhook|AdmissionPolicy '[^']*' with binding/;
  return spoke.test(said) ? { kind: 'webhook', said } : undefined;
}

/** `failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema` */
function misfit(said: string): Refusal | undefined {
  const [, errors] =
    /^failed to (?:create|convert) [a-z ]*object \([^)]*\)(?: to proper version)?: (?:errors:\s*)?(.*)$/s.exec(
      said,
    ) ?? [];
  if (errors === undefined) return undefined;
  const findings = errors
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line): Finding => {
      const [, field, why] = /^\.(\S.*?): (.*)$/.exec(line) ?? [];
      const what = line.endsWith('field not declared in schema') ? 'unknown' : 'wrong';
      return { field, what, said: why ?? line };
    });
  return { kind: 'invalid', findings };
}

/** `strict decoding error: unknown field "spec.foo", unknown field "spec.bar"` */
function unknownFields(said: string): Refusal | undefined {
  if (!said.includes('strict decoding error')) return undefined;
  const findings = [...said.matchAll(/unknown field "([^"]+)"/g)].map(([whole, field]): Finding => ({
    field,
    what: 'unknown',
    said: whole,
  }));
  return findings.length === 0 ? undefined : { kind: 'invalid', findings };
}

const IMMUTABLE =
  /field is immutable|is immutable|may not be changed|may not change once set|cannot be changed|updates to \S+ spec for fields other than|pod updates may not change fields/i;

function findingsIn({ causes = [] }: StatusDetails, said: string): readonly Finding[] {
  const whole: Finding = { field: undefined, what: IMMUTABLE.test(said) ? 'immutable' : 'wrong', said };
  const findings = causes.map(({ field = '', message = said }): Finding => ({
    field: NO_FIELD.has(field) ? undefined : field,
    what: IMMUTABLE.test(message) ? 'immutable' : 'wrong',
    said: message,
  }));
  // What is said of no field is then that something was not looked at because of the others.
  const told = findings.filter(({ field }) => field !== undefined);
  return told.length > 0 ? told : [findings[0] ?? whole];
}

const NO_FIELD: ReadonlySet<string> = new Set(['', '<nil>', '[]']);

function other(said: string, error: ApiError): Refusal {
  return { kind: 'other', said, reason: error.reason };
}
