/**
 * Expressions of which each gives one series for every HelmRelease in that state. While a pod takes over from another,
 * both may tell of a release: `max` makes one of the two.
 */
export function ofEach(metric: string, labels = '', kept = ''): string {
  const matchers = ['namespace=~"$namespace"', ...(labels === '' ? [] : [labels])].join(',');
  return `max by (namespace, name${kept === '' ? '' : `, ${kept}`}) (${metric}{${matchers}})`;
}

const EACH = 'on (namespace, name)';

export const RELEASES = ofEach('helmrelease_ready');
export const SUSPENDED = `${ofEach('helmrelease_suspended')} == 1`;
export const READY = `${RELEASES} == 1 unless ${EACH} (${SUSPENDED})`;
const TAKEN_BACK = ofEach('helmrelease_condition', 'type="RolledBack",status="True"');
export const ROLLED_BACK = `${TAKEN_BACK} unless ${EACH} (${SUSPENDED}) unless ${EACH} (${READY})`;
const WRONG = ofEach('helmrelease_failure_info');
export const FAILING = `${WRONG} unless ${EACH} (${SUSPENDED}) unless ${EACH} (${ROLLED_BACK})`;
export const WORKING = `${RELEASES} == 0 unless ${EACH} (${SUSPENDED}) unless ${EACH} (${ROLLED_BACK}) unless ${EACH} (${FAILING})`;
