import { NOTIFIER_LABEL } from '../api/names.ts';
import type { Notifier } from '../notify/notifier.ts';
import { readNotifier } from '../notify/read-notifier.ts';
import { createLabelled, type Labelled, type LabelledOptions } from './labelled-secrets.ts';

/** Where is told what becomes of releases. */
export type Notifiers = Labelled<Notifier>;

export function createNotifiers(options: LabelledOptions): Notifiers {
  return createLabelled(
    {
      label: NOTIFIER_LABEL,
      what: 'notifier',
      many: 'notifiers',
      reason: 'InvalidNotifier',
      read: (name, type, data) => {
        const found = readNotifier(name, type, data);
        return found.kind === 'notifier' ? { kind: 'read', value: found.notifier } : found;
      },
    },
    options,
  );
}
