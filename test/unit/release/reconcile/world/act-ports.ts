import type { ReconcilePorts } from '../../../../../src/release/reconcile.ts';
import type { Effects, Lifetime } from './lifetime.ts';

type ActPorts = Pick<
  ReconcilePorts,
  'fieldOwners' | 'resourceAs' | 'renderedSecrets' | 'restartWorkloads' | 'tellOfHook'
>;

/** For actions whose work on the cluster is tested by itself: of that cluster nothing is here but what was restarted. */
export function createActPorts(lifetime: () => Lifetime, effects: Effects): ActPorts {
  let restartedFor: string | undefined;
  return {
    fieldOwners: { others: () => Promise.resolve([]), taken: () => Promise.resolve([]) },
    resourceAs: () => ({
      get: () => Promise.resolve(undefined),
      delete: () => Promise.resolve(false),
    }),
    renderedSecrets: () => Promise.resolve({ kind: 'words', words: [] }),
    restartWorkloads: async (_target, { revision, uid }) => {
      if (restartedFor === uid) return [];
      lifetime().effect();
      effects.push(`restart ${revision}`);
      restartedFor = uid;
      return await Promise.resolve([]);
    },
    tellOfHook: () => Promise.resolve(undefined),
  };
}
