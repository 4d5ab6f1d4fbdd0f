import { z } from 'zod';
import { CONDITION_STATUSES } from '../../schema/condition.ts';
import { integer, text, time } from '../../schema/fragments.ts';

export const SYNC_CONDITION_TYPES = ['Ready', 'Reconciling', 'Stalled'] as const;

export const syncConditionSchema = z
  .object({
    type: z.enum(SYNC_CONDITION_TYPES).meta({
      description:
        'Ready: what Git wants is in the cluster. Reconciling: it is being worked on, or tried again by itself. Stalled: only a change of the GitSync or a new commit can help.',
    }),
    status: z.enum(CONDITION_STATUSES).meta({ description: 'True, False or Unknown.' }),
    reason: text({ description: 'One word for the reason.' }).optional(),
    message: text({ description: 'One sentence for people.' }).optional(),
    lastUpdateTime: time({ description: 'When anything of this condition last changed.' }).optional(),
    lastTransitionTime: time({ description: 'When its status last changed.' }).optional(),
    observedGeneration: integer({
      description: 'Generation of the GitSync for which this was said.',
    }).optional(),
  })
  .meta({ description: 'One thing that is known about the GitSync.' });
