/**
 * Every default that 1.4.4 applied in its code. They stand in the reference page and are applied by
 * `settingsOf`, never by the API server: a stored default could not be told from a choice any more.
 */
export const DEFAULTS = {
  maxHistory: 10,
  timeoutSeconds: 300,
  rollbackMaxRetries: 5,
  resetValues: true,
  forceConflicts: true,
  testCleanup: true,
  valuesKey: 'values.yaml',
} as const;

/** Helm's own limit: it makes labels out of the name, and leaves room for what charts put behind it. */
export const MAX_RELEASE_NAME = 53;
