/** What we keep of a chart version in an index. */
export interface IndexEntry {
  readonly version: string;
  /** The first of its URLs, the only one that Helm uses. */
  readonly url?: string;
  /** Hex SHA-256 of the archive. */
  readonly digest?: string;
  readonly created?: string;
  readonly deprecated?: boolean;
}

const MAX_ENTRIES = 50_000;
const MAX_TEXT = 4_096;

/** Reads the list of one chart. Like Helm, passes over entries that are none. */
export function readEntries(list: unknown): readonly IndexEntry[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, MAX_ENTRIES).flatMap((entry: unknown) => {
    const read = isObject(entry) ? readEntry(entry) : undefined;
    return read ? [read] : [];
  });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readEntry(entry: Readonly<Record<string, unknown>>): IndexEntry | undefined {
  const version = text(entry['version']);
  if (version === undefined) return undefined;
  const { urls } = entry;
  const url = Array.isArray(urls) ? text(urls[0]) : undefined;
  const digest = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(text(entry['digest']) ?? '')?.[1]?.toLowerCase();
  const created = text(entry['created']);
  return {
    version,
    ...(url === undefined ? {} : { url }),
    ...(digest === undefined ? {} : { digest }),
    ...(created === undefined ? {} : { created }),
    ...(entry['deprecated'] === true || entry['deprecated'] === 'true' ? { deprecated: true } : {}),
  };
}

function text(value: unknown): string | undefined {
  const short = typeof value === 'string' && value !== '' && value.length <= MAX_TEXT;
  return short && !/\p{Cc}/u.test(value) ? value : undefined;
}
