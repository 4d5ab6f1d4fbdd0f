import type { Clock } from '../../../../src/telemetry/clock.ts';
import type { Fields, Logger } from '../../../../src/telemetry/logger.ts';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';

/** Follows sinon's fake timers where they are installed: they replace Date and performance too. */
export const testClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};

/** The same number each time, so that jitter is known. */
export const half = (): number => 0.5;

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Fields;
}

export function recordingLogger(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: string) =>
    (message: string, fields: Fields = {}): void => {
      lines.push({ level, message, fields });
    };
  const logger = {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  };
  return logger;
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

export interface Thing extends KubeObject {
  readonly color?: string;
}

export function thing(
  name: string,
  resourceVersion: number,
  more: Partial<Thing> & { uid?: string } = {},
): Thing {
  const { uid = `uid-of-${name}`, ...rest } = more;
  return { metadata: { name, namespace: 'web', uid, resourceVersion: String(resourceVersion) }, ...rest };
}

/** Lets everything run that waits for nothing but other promises. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i += 1) await Promise.resolve();
}

export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (caught) {
    if (caught instanceof Error) return caught;
    throw new Error(`not an Error was thrown: ${String(caught)}`, { cause: caught });
  }
  throw new Error('it did not fail');
}
