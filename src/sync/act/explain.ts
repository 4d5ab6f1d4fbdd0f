import type { Retry } from '../../api/errors.ts';
import type { FieldConflict } from '../../kube/managed-fields.ts';
import type { Fault } from '../document.ts';
import { nameOf } from '../name-of.ts';
import type { ApplyTask } from './apply-task.ts';
import type { Owner } from './owner.ts';
import type { Finding, Refusal } from './refusal.ts';
import { wrongType } from './wrong-type.ts';

const MAX_FINDINGS = 5;
const MAX_SAID = 500;
/** All that a GitSync may do to an object: whoever mends one right at a time would come to the next of them. */
const VERBS = 'get, list, watch, create, patch and delete';

/** The sentences for a document that the API server has refused, with the way out. */
export function explain(refusal: Refusal, task: ApplyTask, account: string): readonly Fault[] {
  if (refusal.kind !== 'invalid') return [faultOf(task, whyOf(refusal, task, account))];
  return refusal.findings
    .slice(0, MAX_FINDINGS)
    .map((finding) => faultOf(task, whyOfFinding(finding, task), finding.field));
}

/** What can be mended without another commit is tried again by itself. */
export function retryOf(refusal: Refusal): Retry {
  if (refusal.kind === 'too-large') return 'after-change';
  if (refusal.kind !== 'invalid') return 'backoff';
  // Whoever deletes the object, as the sentence says, does not want to wait for a commit.
  return refusal.findings.some(({ what }) => what === 'immutable') ? 'backoff' : 'after-change';
}

export function ownedBy(owner: Owner, task: ApplyTask): Fault {
  return faultOf(
    task,
    owner.kind === 'sync'
      ? `it belongs to GitSync ${owner.key}: remove it from one of the two`
      : `it belongs to the Helm release ${owner.key}: remove it from Git or from the chart`,
  );
}

export function contested(conflicts: readonly FieldConflict[], task: ApplyTask): readonly Fault[] {
  return conflicts
    .slice(0, MAX_FINDINGS)
    .map(({ field, manager }) =>
      faultOf(
        task,
        `"${manager}" owns the field: leave it out of Git, or set spec.forceConflicts of the GitSync to true`,
        withoutDot(field),
      ),
    );
}

export function leaving(task: ApplyTask): Fault {
  return faultOf(task, 'it is being deleted: it is made anew when it is gone');
}

export function untested(task: ApplyTask, said: string): Fault {
  return faultOf(task, `it was applied without having been tried before: ${quoted(said, task)}`);
}

function faultOf(task: ApplyTask, why: string, field?: string): Fault {
  const { file, index, line, id } = task;
  return { file, index, line, object: nameOf(id), ...(field === undefined ? {} : { field }), why };
}

function whyOfFinding({ what, said }: Finding, task: ApplyTask): string {
  switch (what) {
    case 'unknown':
      return `${task.id.kind} of ${task.object.apiVersion ?? ''} has no such field: correct its name, or take it out`;
    case 'immutable':
      return `it cannot be changed any more${isSecret(task) ? '' : ` (${quoted(said, task)})`}: delete the object yourself, or give it another name`;
    case 'wrong':
      return wrongType(said, { showsValue: !isSecret(task) }) ?? quoted(said, task);
  }
}

function whyOf(refusal: Exclude<Refusal, { kind: 'invalid' }>, task: ApplyTask, account: string): string {
  switch (refusal.kind) {
    case 'forbidden':
      return lackOf(refusal, account, task);
    case 'escalation':
      return `${account} would give rights that it does not have itself (${quoted(refusal.said, task)}): give it these rights, or the verb ${task.id.kind.endsWith('Binding') ? '"bind"' : '"escalate"'} for this role`;
    case 'no-namespace':
      return `namespace ${refusal.namespace} does not exist: create it, or commit it to the same path`;
    case 'namespace-goes':
      return `namespace ${refusal.namespace || task.id.namespace} is being deleted: nothing can be made in it before it is there again`;
    case 'depends':
      return `it needs ${refusal.on.plural} "${refusal.on.name}", which is not there: create it, or commit it to the same path`;
    case 'no-kind':
      return `the API server does not serve ${task.id.kind} of ${task.object.apiVersion ?? ''}: is its CustomResourceDefinition installed?`;
    case 'too-large':
      return 'it is larger than the API server takes: divide it';
    case 'other':
      return isSecret(task) ? `the API server refuses it (${refusal.reason})` : quoted(refusal.said, task);
    case 'webhook':
    case 'untestable':
      return quoted(refusal.said, task);
  }
}

function lackOf(
  { user, verb, resource, group, namespace }: Extract<Refusal, { kind: 'forbidden' }>,
  account: string,
  { type }: ApplyTask,
): string {
  if (verb === 'impersonate') {
    return `the operator may not act as ${account}: allow ${user} to impersonate serviceaccounts`;
  }
  const what = group === '' ? resource : `${resource}.${group}`;
  const [where, role] =
    namespace === '' || !type.namespaced ? ['', 'ClusterRole'] : [` in namespace ${namespace}`, 'Role'];
  return `${user} may not ${verb} ${what}${where}: bind it a ${role} that allows ${VERBS} of ${what}`;
}

/** One line of the server's words. Those about a Secret may hold what is in it. */
function quoted(said: string, task: ApplyTask): string {
  if (isSecret(task))
    return 'the API server does not take it; its words are not shown, because they may quote the Secret';
  const line = said.replace(/\s+/g, ' ').trim();
  return line.length > MAX_SAID ? `${line.slice(0, MAX_SAID)}…` : line;
}

function isSecret({ id }: ApplyTask): boolean {
  return id.group === '' && id.kind === 'Secret';
}

function withoutDot(field: string): string {
  return field.replace(/^\./, '');
}
