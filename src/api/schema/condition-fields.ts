import { z } from 'zod';
import { integer, text, time } from './fragments.ts';

export const CONDITION_STATUSES = ['True', 'False', 'Unknown'] as const;

export interface ConditionDescriptions {
  readonly kind: string;
  readonly type: string;
  readonly reason: string;
}

/** What a condition of any of our kinds has, with the words that differ. */
export function conditionFields<const T extends readonly [string, ...string[]]>(
  types: T,
  { kind, type, reason }: ConditionDescriptions,
) {
  return {
    type: z.enum(types).meta({ description: type }),
    status: z.enum(CONDITION_STATUSES).meta({ description: 'True, False or Unknown.' }),
    reason: text({ description: reason }).optional(),
    message: text({ description: 'One sentence for people.' }).optional(),
    lastUpdateTime: time({ description: 'When anything of this condition last changed.' }).optional(),
    lastTransitionTime: time({ description: 'When its status last changed.' }).optional(),
    observedGeneration: integer({
      description: `Generation of the ${kind} for which this was said.`,
    }).optional(),
  };
}
