import type { GitSyncStatus, HeldPrune } from '../../api/gitsync/git-sync.ts';
import { parseId } from '../../api/object-id.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { AppliedObject } from '../act/apply-stage.ts';
import type { Revision } from '../fetch/find-revision.ts';
import type { Fault } from '../document.ts';
import { nameOf } from '../name-of.ts';
import type { SyncPass } from '../pass.ts';
import { formatFault } from './failure.ts';

const MAX_NAMED = 5;
/** Each has the words of the server with it. */
const MAX_UNTESTED_NAMED = 2;

/** Only of what was done: a commit that changes nothing of the objects is no news. */
export function tellApplied(
  pass: SyncPass,
  { shown }: Revision,
  { applied, pruned }: NonNullable<GitSyncStatus['counts']>,
  events: EventRecorder,
): void {
  if (applied === 0 && pruned === 0) return;
  const { author, subject } = pass.status().commit ?? {};
  const by = author === undefined || author === '' ? '' : ` by ${author}`;
  const about = subject === undefined || subject === '' ? '' : `, "${subject}"`;
  const message = `applied ${shown}${by}${about}: ${String(applied)} created or changed, ${String(pruned)} deleted`;
  pass.log.info('applied a revision', { revision: shown, applied, pruned });
  events.record({ regarding: pass.sync(), type: 'Normal', reason: 'Applied', message });
}

/** What is not in Git may have been let go of before, so it stays. */
export function tellLost(pass: SyncPass, found: number, strays: number, events: EventRecorder): void {
  const message = `the list of its objects, in its status or in ConfigMaps, was deleted or changed by somebody: ${String(found)} objects were found again by their labels, and all is applied anew; ${String(strays)} that are not in Git stay, see status.kept`;
  pass.log.warn('the inventory is lost', { cause: message });
  events.record({ regarding: pass.sync(), type: 'Warning', reason: 'InventoryLost', message });
}

/** Once for each revision: it is held until a person says something. */
export function tellHeld(pass: SyncPass, { revision, why }: HeldPrune, events: EventRecorder): void {
  if (pass.status().heldPrune?.revision === revision) return;
  pass.log.warn('a prune is held', { why });
  events.record({ regarding: pass.sync(), type: 'Warning', reason: 'PruneHeld', message: why });
}

/** Of a GitSync that goes, and of which nobody knows what it had made. */
export function tellStay(pass: SyncPass, events: EventRecorder): void {
  const message =
    'the list of its objects was deleted or changed by somebody: they stay in the cluster, with its labels on them';
  pass.log.error('the objects of a deleted GitSync stay', { why: message });
  events.record({ regarding: pass.sync(), type: 'Warning', reason: 'InventoryLost', message });
}

/** Nothing happens to these objects, but another GitSync looks after them from now on. */
export function tellHanded(pass: SyncPass, handed: ReadonlyMap<string, string>, events: EventRecorder): void {
  const named = [...handed]
    .slice(0, MAX_NAMED)
    .map(([id, to]) => `${nameOf(parseId(id))} to ${to}`)
    .join('; ');
  const more = handed.size > MAX_NAMED ? `; and ${String(handed.size - MAX_NAMED)} more objects` : '';
  pass.log.info('handed over what has moved in Git', { objects: handed.size });
  events.record({
    regarding: pass.sync(),
    type: 'Normal',
    reason: 'HandedOver',
    message: `what has moved in Git is looked after by another GitSync: ${named}${more}`,
  });
}

/** Whoever set a field hears that Git has another value for it. */
export function tellTaken(pass: SyncPass, objects: readonly AppliedObject[], events: EventRecorder): void {
  const taken = objects.filter((object) => object.taken.length > 0);
  if (taken.length === 0) return;
  const named = taken
    .slice(0, MAX_NAMED)
    .map(({ id, taken: fields }) => {
      const [first] = fields;
      const more = fields.length > 1 ? ` and ${String(fields.length - 1)} more fields` : '';
      return `${nameOf(id)}: ${first?.field ?? ''}${more} (was set by ${first?.manager ?? ''})`;
    })
    .join('; ');
  const more = taken.length > MAX_NAMED ? `; and ${String(taken.length - MAX_NAMED)} more objects` : '';
  events.record({
    regarding: pass.sync(),
    type: 'Warning',
    reason: 'FieldsTaken',
    message: `Git has other values for fields that others had set: ${named}${more}`,
  });
}

/** What a dry run could not find out before the rest was written: the whole of a stage is not as sure as it looks. */
export function tellUntested(pass: SyncPass, untested: readonly Fault[], events: EventRecorder): void {
  if (untested.length === 0) return;
  const named = untested.slice(0, MAX_UNTESTED_NAMED).map(formatFault).join('; ');
  const count = untested.length === 1 ? '' : `${String(untested.length)} objects, the first of them: `;
  pass.log.warn('applied what could not be tried before', { objects: untested.length });
  events.record({
    ...{ regarding: pass.sync(), type: 'Warning', reason: 'Untested' },
    message: `a webhook does not take part in dry runs: ${count}${named}`,
  });
}

/** Somebody's change by hand is undone: they hear of it, and by what it was. */
export function tellCorrected(
  pass: SyncPass,
  objects: readonly AppliedObject[],
  events: EventRecorder,
): void {
  const corrected = objects.filter(({ changed }) => changed);
  if (corrected.length === 0) return;
  const named = corrected
    .slice(0, MAX_NAMED)
    .map(({ id, existed, taken: [first] }) => {
      if (!existed) return `${nameOf(id)}: it was deleted`;
      return first === undefined
        ? nameOf(id)
        : `${nameOf(id)}: ${first.field} (was changed by ${first.manager})`;
    })
    .join('; ');
  const more =
    corrected.length > MAX_NAMED ? `; and ${String(corrected.length - MAX_NAMED)} more objects` : '';
  pass.log.info('put back what was changed by hand', { objects: corrected.length });
  events.record({
    regarding: pass.sync(),
    type: 'Warning',
    reason: 'DriftCorrected',
    message: `put back as Git has it: ${named}${more}`,
  });
}
