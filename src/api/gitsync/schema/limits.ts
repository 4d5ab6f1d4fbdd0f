/**
 * How much of each list in status there may be. Whoever writes a status cuts it to that: the API server refuses
 * one that is longer as a whole.
 */

/** About 70 KiB. */
export const MAX_INVENTORY_ENTRIES = 200;

/** Of faults, of kept objects and of those of a held prune. */
export const MAX_SHOWN = 10;
/** Of one HelmRelease: applies that were cut off one after the other. */
export const MAX_CHART_PLACES = 4;
