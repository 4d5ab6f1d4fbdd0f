import { z } from 'zod';

/** One rule in CEL, evaluated by the API server. `message` is what `kubectl apply` prints when it is broken. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
  /** Where the mistake is, seen from the field that carries the rule: `.path`. */
  readonly fieldPath?: string;
}

/**
 * What a field carries beside its type. `description` goes into the CRD and the reference page; `unsetMeans`
 * says what holds when the field is absent; the rest becomes what Kubernetes calls it.
 */
export interface FieldNotes {
  readonly description: string;
  readonly unsetMeans?: string;
  readonly rules?: readonly CelRule[];
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly listMapKeys?: readonly string[];
  readonly preserveUnknownFields?: boolean;
  readonly format?: string;
}

export const text = (notes: FieldNotes) => z.string().meta({ ...notes });

export const flag = (notes: FieldNotes) => z.boolean().meta({ ...notes });

/**
 * A 64-bit integer, which the API server checks. Not `z.int()`: that refuses what a JavaScript number cannot
 * hold exactly, and an absurdly long timeout of an old manifest is no reason to refuse it.
 */
export const integer = (notes: FieldNotes) => z.number().meta({ type: 'integer', format: 'int64', ...notes });

/** A time as Kubernetes writes it: RFC 3339, UTC, whole seconds. */
export const time = (notes: FieldNotes) => z.string().meta({ format: 'date-time', ...notes });
