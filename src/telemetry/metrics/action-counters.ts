import { counterFamily, type Family } from './exposition.ts';

const ACTIONS = ['install', 'upgrade', 'rollback', 'uninstall', 'test'] as const;
const RESULTS = ['ok', 'error'] as const;

export interface ActionCounters {
  /** Other actions than these five are parts of them, and not counted. */
  readonly actionEnded: (end: { readonly action: string; readonly success: boolean }) => void;
  readonly families: readonly Family[];
}

/**
 * Actions over all releases. Those by release begin with the first action, which Prometheus then does not see as an
 * increase; these are there with 0 from the start.
 */
export function createActionCounters(): ActionCounters {
  const counts = new Map<string, number>();
  return {
    actionEnded: ({ action, success }) => {
      const key = keyOf(action, success ? 'ok' : 'error');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    families: [
      counterFamily(
        'helm_release_operator_actions_total',
        'Actions on all releases since the operator started, by result (ok or error): an upgrade that did not become ready is an error.',
        function* () {
          for (const action of ACTIONS) {
            for (const result of RESULTS) yield [{ action, result }, counts.get(keyOf(action, result)) ?? 0];
          }
        },
      ),
    ],
  };
}

function keyOf(action: string, result: (typeof RESULTS)[number]): string {
  return `${action} ${result}`;
}
