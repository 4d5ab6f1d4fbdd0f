import { describe } from '../../api/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { KubeObject } from '../resource-type.ts';
import type { Indexes } from '../store.ts';
import type { Transform } from './transform.ts';

export interface Reading<T extends KubeObject> {
  readonly keep: (object: T) => boolean;
  readonly transform: Transform<T>;
  readonly indexes: Indexes<T>;
}

/**
 * An object that a filter, a transform or an index cannot digest must not stop the watch for all others: it is kept, as
 * it is, and is not found by that index.
 */
export function shield<T extends KubeObject>(
  { keep, transform, indexes }: Reading<T>,
  log: Logger,
): Reading<T> {
  const attempt = <R>(what: string, object: T, fn: () => R, fallback: R): R => {
    try {
      return fn();
    } catch (caught) {
      log.error(what, { name: object.metadata.name, error: describe(caught) });
      return fallback;
    }
  };
  const none: readonly string[] = [];
  return {
    keep: (object) => attempt('a filter failed', object, () => keep(object), true),
    transform: (object) => attempt('a transform failed', object, () => transform(object), object),
    indexes: Object.fromEntries(
      Object.entries(indexes).map(([name, valuesOf]) => [
        name,
        (object: T) => attempt(`the index ${name} failed`, object, () => valuesOf(object), none),
      ]),
    ),
  };
}
