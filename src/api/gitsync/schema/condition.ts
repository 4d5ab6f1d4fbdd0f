import { z } from 'zod';
import { conditionFields } from '../../schema/condition-fields.ts';

export const SYNC_CONDITION_TYPES = ['Ready', 'Reconciling', 'Stalled'] as const;

export const syncConditionSchema = z
  .object(
    conditionFields(SYNC_CONDITION_TYPES, {
      kind: 'GitSync',
      type: 'Ready: what Git wants is in the cluster. Reconciling: it is being worked on, or tried again by itself. Stalled: only a change of the GitSync or a new commit can help.',
      reason: 'One word for the reason.',
    }),
  )
  .meta({ description: 'One thing that is known about the GitSync.' });
