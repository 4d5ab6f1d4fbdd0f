import { z } from 'zod';
import { SYNC_RECONCILE_AT_ANNOTATION } from '../../names.ts';
import { integer, text, time } from '../../schema/fragments.ts';
import { syncConditionSchema } from './condition.ts';
import { syncFailureSchema } from './failure.ts';
import { heldPruneSchema, inventorySchema, keptSchema } from './inventory.ts';
import { MAX_SHOWN } from './limits.ts';

const commitSchema = z
  .object({
    author: text({ description: 'Name and address of its author.' }),
    subject: text({ description: 'First line of its message.' }),
    time: time({ description: 'When it was committed.' }).optional(),
    signedBy: text({
      description: 'Whose signature was found good, with the key. Absent without spec.verify.',
    }).optional(),
  })
  .meta({ description: 'The commit of attemptedRevision.' });

const countsSchema = z
  .object({
    applied: integer({ description: 'Objects that were created or changed.' }),
    unchanged: integer({ description: 'Objects that were as they should be.' }),
    pruned: integer({ description: 'Objects that were deleted because they left Git.' }),
    failed: integer({ description: 'Documents and objects that could not be applied or deleted.' }),
    ignored: integer({ description: 'Documents that are not meant to be applied.' }).optional(),
  })
  .meta({ description: 'What became of the objects when a revision was last worked on.' });

export const syncStatusSchema = z
  .object({
    observedGeneration: integer({
      description: 'Newest generation of the GitSync that the operator has dealt with.',
    }).optional(),
    lastHandledReconcileAt: text({
      description: `Value of the annotation ${SYNC_RECONCILE_AT_ANNOTATION} that was last acted upon.`,
    }).optional(),
    appliedRevision: text({
      description: 'Revision that is in the cluster as a whole: main@sha1:0123...',
    }).optional(),
    appliedAt: time({ description: 'Since when appliedRevision is in the cluster.' }).optional(),
    attemptedRevision: text({ description: 'Revision that was last tried.' }).optional(),
    commit: commitSchema.optional(),
    counts: countsSchema.optional(),
    inventory: inventorySchema.optional(),
    failure: syncFailureSchema.optional(),
    heldPrune: heldPruneSchema.optional(),
    kept: z
      .array(keptSchema)
      .meta({
        description: `Objects that are no longer in Git, and stay; at most ${MAX_SHOWN.toString()}.`,
        maxItems: MAX_SHOWN,
      })
      .optional(),
    keptCount: integer({ description: 'How many such objects there are.' }).optional(),
    sourceFailingSince: time({
      description: 'Since when the repository cannot be read. The cluster is left as it is.',
    }).optional(),
    conditions: z
      .array(syncConditionSchema)
      .meta({ description: 'What is known about the GitSync, one entry a type.', listMapKeys: ['type'] })
      .optional(),
  })
  .meta({ description: 'What the operator found and did. Written by the operator only.' });
