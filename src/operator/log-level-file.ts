import { openMounted } from '../charts/access/mounted.ts';
import type { Mounted } from '../charts/access/mounted.ts';
import { formatLevels, isWritten, type Levels, LEVELS_ACCEPTED, readLevels } from '../telemetry/levels.ts';
import type { Fields, Logger } from '../telemetry/logger.ts';

export interface LogLevelFileOptions {
  /** Holds what --log-level takes. */
  readonly file: string;
  /** What counts while there is no such file. */
  readonly otherwise: Levels;
  readonly use: (levels: Levels) => void;
  readonly log: Logger;
  readonly lookEveryMs?: number;
}

/** What the file says, and what there is to be said about that. */
interface Reading {
  readonly levels: Levels;
  readonly news: { readonly level: 'info' | 'warn'; readonly message: string; readonly fields: Fields };
}

/** Has the log written at the levels that a file says, now and whenever it is another one. Such a file may come late. */
export async function followLogLevelFile({
  file,
  otherwise,
  use,
  log,
  lookEveryMs,
}: LogLevelFileOptions): Promise<Pick<Mounted<Levels>, 'close'>> {
  const mounted = await openMounted<Reading>({
    lookEveryMs,
    load: async (read, previous) => {
      const text = await read(file).catch((caught: unknown) => caught);
      if (typeof text !== 'string') {
        const error = `the file ${text instanceof Error ? text.message : 'cannot be read'}`;
        const message = 'the level of the log is that of --log-level';
        return { levels: otherwise, news: { level: 'warn', message, fields: { file, error } } };
      }
      const levels = readLevels(text);
      if (levels === undefined) {
        const fields = { file, error: `the file does not say ${LEVELS_ACCEPTED}` };
        const news = { level: 'warn', message: 'the level of the log stays as it is', fields } as const;
        return { levels: previous?.levels ?? otherwise, news }; // whoever writes it may not have finished
      }
      const message = 'the level of the log is that of a file';
      return { levels, news: { level: 'info', message, fields: { file, levels: formatLevels(levels) } } };
    },
  });
  const apply = ({ levels, news: { level, message, fields } }: Reading): void => {
    // Whichever of the two levels shows it: the change itself should be in the log.
    const isShown = isWritten(levels, level, 'main');
    if (isShown) use(levels);
    log[level](message, fields);
    if (!isShown) use(levels);
  };
  apply(mounted.current());
  mounted.onChange(() => {
    apply(mounted.current());
  });
  return mounted;
}
