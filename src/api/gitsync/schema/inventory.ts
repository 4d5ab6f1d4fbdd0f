import { z } from 'zod';
import { flag, integer, text } from '../../schema/fragments.ts';
import { MAX_CHART_PLACES, MAX_INVENTORY_ENTRIES, MAX_SHOWN } from './limits.ts';

/** An object by its parts, as they are written in a manifest. */
const objectFields = {
  group: text({ description: 'Group of its kind. Absent for the core kinds.' }).optional(),
  kind: text({ description: 'Its kind.' }),
  namespace: text({ description: 'Its namespace. Absent if it lives in none.' }).optional(),
  name: text({ description: 'Its name.' }),
};

export const inventoryEntrySchema = z
  .object({
    ...objectFields,
    version: text({ description: 'Version of its kind, as it was applied last.' }),
    uid: text({
      description: 'Its UID. Absent as long as it is only meant to be applied.',
    }).optional(),
    digest: text({ description: 'Digest of what was applied.' }).optional(),
    fields: text({
      description:
        'Hash of the fields that were ours after that: another one means that somebody has changed one.',
    }).optional(),
    generation: integer({
      description:
        'Of a HelmRelease: its generation after that. Another one means that somebody has edited it.',
    }).optional(),
    trail: text({
      description: 'Of a HelmRelease: digest of what it said after that of where it comes from.',
    }).optional(),
    spec: text({ description: 'Of a HelmRelease: digest of its spec as Git has it.' }).optional(),
    commit: text({ description: 'Commit that it was applied for.' }),
    made: flag({
      description: 'Whether the GitSync made it. What was there before is not pruned.',
    }),
    charts: z
      .array(text({ description: 'COMMIT:PATH, as git writes it.' }))
      .meta({
        description:
          'Of a HelmRelease whose chart is in its own commit: where that may come from. More than one if an apply was cut off.',
        maxItems: MAX_CHART_PLACES,
      })
      .optional(),
  })
  .meta({ description: 'One object that the GitSync applied, or is about to.' });

export const inventorySchema = z
  .object({
    count: integer({ description: 'How many objects there are.' }),
    entries: z.array(inventoryEntrySchema).meta({
      description: `The objects, sorted. None if there are more than ${MAX_INVENTORY_ENTRIES.toString()}: then ConfigMaps beside the GitSync list them.`,
      maxItems: MAX_INVENTORY_ENTRIES,
    }),
    seal: text({
      description:
        "The operator's word for the entries: what somebody else has written there is not believed.",
    }).optional(),
  })
  .meta({ description: 'The objects that the GitSync keeps.' });

export const heldPruneSchema = z
  .object({
    revision: text({ description: 'Revision for which it is held, and that a confirmation has to name.' }),
    count: integer({ description: 'How many objects it would delete.' }),
    of: integer({ description: 'How many objects there are.' }),
    why: text({ description: 'Why it is held, and how it is confirmed.' }),
    objects: z
      .array(text({ description: 'Kind, namespace and name.' }))
      .meta({ description: 'The first of the objects.', maxItems: MAX_SHOWN }),
  })
  .meta({
    description: 'Objects that are no longer in Git, and not deleted before a person says so.',
  });

export const keptSchema = z
  .object({
    object: text({ description: 'Kind, namespace and name.' }),
    why: text({ description: 'What keeps it.' }),
  })
  .meta({ description: 'An object that is no longer in Git, and stays.' });
