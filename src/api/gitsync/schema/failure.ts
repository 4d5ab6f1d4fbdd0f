import { z } from 'zod';
import { integer, text, time } from '../../schema/fragments.ts';
import { MAX_SHOWN } from './limits.ts';

export const faultSchema = z
  .object({
    file: text({ description: 'File, from the root of the repository.' }).optional(),
    document: integer({ description: 'Which document of the file, from 1 on.' }).optional(),
    line: integer({ description: 'Line of the file at which the document begins.' }).optional(),
    object: text({ description: 'Kind, namespace and name.' }).optional(),
    field: text({ description: 'Field of the object.' }).optional(),
    why: text({ description: 'What is wrong, and what to do.' }),
  })
  .meta({ description: 'Why something in Git cannot be applied.' });

export const syncFailureSchema = z
  .object({
    step: z
      .enum(['fetch', 'verify', 'build', 'dryRun', 'apply', 'prune', 'spec', 'rights'])
      .meta({ description: 'The step that failed.' }),
    cause: text({ description: 'The cause, and the way out.' }),
    revision: text({ description: 'Revision that it was tried with. Absent if none was found.' }).optional(),
    attempts: integer({ description: 'How often it has failed in a row.' }),
    since: time({ description: 'Since when it fails.' }),
    nextTry: time({
      description:
        'When it is tried again. Absent if only a change of the GitSync or a new commit can help, and for a repository that is away, which is asked again by itself.',
    }).optional(),
    faults: z
      .array(faultSchema)
      .meta({
        description: `What is wrong in the repository, at most ${MAX_SHOWN.toString()}; counts.failed says how many there are.`,
        maxItems: MAX_SHOWN,
      })
      .optional(),
  })
  .meta({ description: 'The failure that stands now. Absent if all is well.' });
