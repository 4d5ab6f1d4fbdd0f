export type Level = 'debug' | 'info' | 'warn' | 'error';

/** The parts of the operator that a line of the log may be of, as its `caller` says. */
export const PARTS = [
  'main',
  'release',
  'gitsync',
  'gitchartsync',
  'charts',
  'git',
  'helm',
  'kube',
  'process',
  'webhooks',
  'notify',
  'traces',
] as const;

export type Part = (typeof PARTS)[number];

/** The least grave level that is written: of all parts, and of those that have one of their own. */
export interface Levels {
  readonly all: Level;
  readonly parts: Readonly<Partial<Record<Part, Level>>>;
}

const GRAVITY = { debug: 0, info: 1, warn: 2, error: 3 } as const satisfies Record<Level, number>;

export function isWritten({ all, parts }: Levels, level: Level, part: unknown): boolean {
  const least = isPart(part) ? (parts[part] ?? all) : all;
  return GRAVITY[level] >= GRAVITY[least];
}

/** What `readLevels` takes. */
export const LEVELS_ACCEPTED = `debug, info, warn or error, with levels of parts after it if need be, such as info,git=debug; the parts are ${PARTS.join(', ')}`;

/** Undefined for what says no levels. Of two for the same part the later one counts; without one for all, that is info. */
export function readLevels(text: string): Levels | undefined {
  let all: Level = 'info';
  const parts: Partial<Record<Part, Level>> = {};
  const items = text.split(/[,\s]+/).filter((item) => item !== '');
  if (items.length === 0) return undefined;
  for (const item of items) {
    const [name = '', own, ...rest] = item.split('=');
    const level = own ?? name;
    if (!isLevel(level) || rest.length > 0) return undefined;
    if (own === undefined) all = level;
    else if (isPart(name)) parts[name] = level;
    else return undefined;
  }
  return { all, parts };
}

export function formatLevels({ all, parts }: Levels): string {
  return [all, ...Object.entries(parts).map(([part, level]) => `${part}=${level}`)].join(',');
}

function isLevel(text: string): text is Level {
  return Object.hasOwn(GRAVITY, text);
}

function isPart(part: unknown): part is Part {
  return PARTS.some((each) => each === part);
}
