import { z } from 'zod';
import { conditionFields } from './condition-fields.ts';

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
  .object(
    conditionFields(CONDITION_TYPES, {
      kind: 'HelmRelease',
      type: 'ChartFetched, Deployed, Tested, Released and RolledBack tell of the last release; Ready, Reconciling and Stalled of now.',
      reason: 'One word for the reason: of the first five types the phase.',
    }),
  )
  .meta({ description: 'One thing that is known about the release.' });
