import { z } from 'zod';
import { integer, text, time } from './fragments.ts';

/** The five of 1.4.4, in the order in which a release meets them, then the three that kstatus tools read. */
export const CONDITION_TYPES = [
  'ChartFetched',
  'Deployed',
  'Tested',
  'Released',
  'RolledBack',
  'Ready',
  'Reconciling',
  'Stalled',
] as const;

export const CONDITION_STATUSES = ['True', 'False', 'Unknown'] as const;

export const PHASES = [
  'ChartFetched',
  'ChartFetchFailed',
  'Installing',
  'Upgrading',
  'Deployed',
  'DeployFailed',
  'Testing',
  'TestFailed',
  'Tested',
  'Succeeded',
  'Failed',
  'RollingBack',
  'RolledBack',
  'RollbackFailed',
] as const;

export const conditionSchema = z
  .object({
    type: z.enum(CONDITION_TYPES).meta({
      description:
        'ChartFetched, Deployed, Tested, Released and RolledBack tell of the last release; Ready, Reconciling and Stalled of now.',
    }),
    status: z.enum(CONDITION_STATUSES).meta({ description: 'True, False or Unknown.' }),
    reason: text({ description: 'One word for the reason: of the first five types the phase.' }).optional(),
    message: text({ description: 'One sentence for people.' }).optional(),
    lastUpdateTime: time({ description: 'When anything of this condition last changed.' }).optional(),
    lastTransitionTime: time({ description: 'When its status last changed.' }).optional(),
    observedGeneration: integer({
      description: 'Generation of the HelmRelease for which this was said.',
    }).optional(),
  })
  .meta({ description: 'One thing that is known about the release.' });
