import type { StoredRelease } from '../../helm/storage/stored-release.ts';

/** Helm 2's names for tests mean the same. */
const TEST_EVENTS: ReadonlySet<string> = new Set(['test', 'test-success', 'test-failure']);

/** Whether `helm test` runs the hook. */
export function isTestHook({ events }: Pick<StoredRelease['hooks'][number], 'events'>): boolean {
  return events.some((event) => TEST_EVENTS.has(event));
}
