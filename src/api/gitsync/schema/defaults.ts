/** Applied by `syncSettingsOf`, never by the API server: a stored default could not be told from a choice any more. */
export const SYNC_DEFAULTS = {
  interval: '1m',
  serviceAccountName: 'default',
  prune: false,
  forceConflicts: true,
  deletionPolicy: 'orphan',
  verifyMode: 'Commit',
} as const;

export const MIN_INTERVAL = '1s';
export const MAX_INTERVAL = '24h';

export const MAX_PATHS = 50;

/** The name of a GitSync is the value of a label on every object that it applies. */
export const MAX_SYNC_NAME = 63;
