import { RECEIVER_LABEL } from '../api/names.ts';
import { type Receiver, readReceiver } from '../server/hooks/receivers.ts';
import { createLabelled, type Labelled, type LabelledOptions } from './labelled-secrets.ts';

/** The receivers of webhooks. */
export type Receivers = Labelled<Receiver>;

export function createReceivers(options: LabelledOptions): Receivers {
  return createLabelled(
    {
      label: RECEIVER_LABEL,
      what: 'receiver of webhooks',
      many: 'receivers',
      reason: 'InvalidReceiver',
      read: (_name, type, data) => {
        const found = readReceiver(type, data);
        return found.kind === 'receiver' ? { kind: 'read', value: found.receiver } : found;
      },
    },
    options,
  );
}
