import type { z } from 'zod';
import type { ObjectMeta } from './metadata.ts';
import type { CONDITION_STATUSES } from './schema/condition-fields.ts';
import type { CONDITION_TYPES, conditionSchema, PHASES } from './schema/condition.ts';
import type {
  failureSchema,
  historyEntrySchema,
  leftBehindSchema,
  operationSchema,
} from './schema/progress.ts';
import type { specSchema } from './schema/spec.ts';
import type { statusSchema } from './schema/status.ts';
import type { valuesFromEntrySchema } from './schema/values-from.ts';

/** Read-only all the way down: what comes from the API is shared by every part of the program. */
export type DeepReadonly<T> = T extends readonly (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

export type HelmReleaseSpec = DeepReadonly<z.infer<typeof specSchema>>;
export type HelmReleaseStatus = DeepReadonly<z.infer<typeof statusSchema>>;
export type ChartSpec = HelmReleaseSpec['chart'];
export type ValuesFromEntry = DeepReadonly<z.infer<typeof valuesFromEntrySchema>>;
export type Condition = DeepReadonly<z.infer<typeof conditionSchema>>;
export type ConditionType = (typeof CONDITION_TYPES)[number];
export type ConditionStatus = (typeof CONDITION_STATUSES)[number];
export type Phase = (typeof PHASES)[number];
export type HistoryEntry = DeepReadonly<z.infer<typeof historyEntrySchema>>;
export type Failure = DeepReadonly<z.infer<typeof failureSchema>>;
/** A release that a HelmRelease stood for before. */
export type FormerRelease = DeepReadonly<z.infer<typeof leftBehindSchema>>;
export type Operation = DeepReadonly<z.infer<typeof operationSchema>>;

/** A HelmRelease as the API server serves it. */
export interface HelmRelease {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly spec: HelmReleaseSpec;
  readonly status?: HelmReleaseStatus;
}
