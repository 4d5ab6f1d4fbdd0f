import type { Plan } from '../plan.ts';

/**
 * The options that are no part of the desired digest but may decide whether it can be deployed. An input that failed is
 * tried again when one of them changes: the message of the failure may name just that as the way out.
 */
export function triedOptions({ settings, account }: Pick<Plan, 'settings' | 'account'>): string {
  const { timeoutMs, wait, forceUpgrade, forceConflicts, disableOpenAPIValidation, rollback, test } =
    settings;
  const options = {
    timeout: timeoutMs / 1000,
    wait,
    forceUpgrade,
    forceConflicts,
    disableOpenAPIValidation,
    'rollback.enable': rollback.enable,
    'rollback.retry': rollback.retry,
    // With it as many tries as are wanted now are counted from here.
    'rollback.maxRetries': rollback.maxRetries,
    'test.enable': test.enable,
    'test.ignoreFailures': test.ignoreFailures,
    'test.timeout': test.timeoutMs / 1000,
    as: account?.user ?? false,
  };
  return Object.entries(options)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => (value === true ? name : `${name}=${String(value)}`))
    .join(' ');
}
