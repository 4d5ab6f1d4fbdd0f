import type { GitSyncStatus } from '../../api/gitsync/git-sync.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { AppliedObject } from '../act/apply-stage.ts';
import type { Revision } from '../fetch/find-revision.ts';
import { nameOf } from '../name-of.ts';
import type { SyncPass } from '../pass.ts';

const MAX_NAMED = 5;

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

/** What left Git meanwhile is not known any more, and stays. */
export function tellLost(pass: SyncPass, events: EventRecorder): void {
  const message =
    'the ConfigMaps with the list of its objects were deleted or changed by somebody: all objects are applied anew, and what has left Git meanwhile stays in the cluster';
  pass.log.warn('the inventory is lost', { cause: message });
  events.record({ regarding: pass.sync(), type: 'Warning', reason: 'InventoryLost', message });
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
