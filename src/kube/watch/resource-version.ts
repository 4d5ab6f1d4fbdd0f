const DECIMAL = /^[1-9]\d*$/;

/**
 * Whether one resourceVersion is known to be before another. They are etcd revisions, which in theory outgrow a
 * double; without leading zeros the longer number is the larger one. What is no number cannot be compared: false.
 */
export function isOlder(version: string | undefined, than: string | undefined): boolean {
  if (version === undefined || than === undefined) return false;
  if (!DECIMAL.test(version) || !DECIMAL.test(than)) return false;
  return version.length === than.length ? version < than : version.length < than.length;
}

export function isSameOrOlder(version: string | undefined, than: string | undefined): boolean {
  return (version !== undefined && version === than) || isOlder(version, than);
}
