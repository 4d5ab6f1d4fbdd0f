/** Bounds how much is asked of one host, and of all hosts together. */
export interface Gate {
  run<T>(host: string, signal: AbortSignal, fn: () => Promise<T>): Promise<T>;
}

export interface GateOptions {
  readonly perHost: number;
  /** Half of it is for hosts that answered in time when they were asked last, a quarter at most for those that did not. */
  readonly total: number;
  /** What runs for longer makes its host a slow one. */
  readonly slowAfterMs: number;
}

/** How a host answered the last time. One that never did gets one place, to show how it answers. */
type Pace = 'new' | 'quick' | 'slow';

interface Host {
  readonly waiting: Set<() => void>; // in the order of the calls
  pace: Pace;
  running: number;
  /** Those of the running that take long already. */
  late: number;
}

const MAX_REMEMBERED = 1_000;

/**
 * Whoever waits for a slow host holds no place that work for another host could use: slow and unknown hosts have places of
 * their own, so that no number of them keeps out those that answer. The host whose turn was longest ago comes first.
 */
export function createGate({ perHost, total, slowAfterMs }: GateOptions): Gate {
  const hosts = new Map<string, Host>(); // in the order of their last turns
  const running: Record<Pace, number> = { new: 0, quick: 0, slow: 0 };

  const mayStart = ({ pace, running: own }: Host): boolean => {
    if (own >= (pace === 'quick' ? perHost : 1) || running.new + running.quick + running.slow >= total)
      return false;
    const half = Math.ceil(total / 2);
    if (pace === 'quick') return running.quick < half;
    return running.new + running.slow < half && (pace === 'new' || running.slow < Math.ceil(total / 4));
  };

  const start = (name: string, host: Host): void => {
    host.running += 1;
    running[host.pace] += 1;
    hosts.delete(name);
    hosts.set(name, host);
  };

  const setPace = (host: Host, pace: Pace): void => {
    running[host.pace] -= host.running;
    running[pace] += host.running;
    host.pace = pace;
  };

  const admit = (): void => {
    let admitted = false;
    for (const [name, host] of [...hosts]) {
      const [next] = host.waiting;
      if (next === undefined || !mayStart(host)) continue;
      host.waiting.delete(next);
      start(name, host);
      next();
      admitted = true;
    }
    if (admitted) admit();
  };

  const enter = (name: string, host: Host, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (host.waiting.size === 0 && mayStart(host)) {
      start(name, host);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const next = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        host.waiting.delete(next);
        reject(signal.reason as Error);
      };
      host.waiting.add(next);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  };

  const forget = (): void => {
    let tooMany = hosts.size - MAX_REMEMBERED;
    for (const [name, host] of tooMany > 0 ? hosts : []) {
      if (tooMany <= 0) return;
      if (host.running > 0 || host.waiting.size > 0) continue;
      hosts.delete(name);
      tooMany -= 1;
    }
  };

  return {
    run: async (name, signal, fn) => {
      const host = hosts.get(name) ?? { waiting: new Set(), pace: 'new', running: 0, late: 0 };
      if (!hosts.has(name)) hosts.set(name, host);
      await enter(name, host, signal);
      const work = { isLate: false };
      const timer = setTimeout(() => {
        work.isLate = true;
        host.late += 1;
        setPace(host, 'slow');
        admit();
      }, slowAfterMs);
      try {
        const result = await fn();
        if (host.late === 0) setPace(host, 'quick');
        return result;
      } finally {
        clearTimeout(timer);
        host.late -= Number(work.isLate);
        host.running -= 1;
        running[host.pace] -= 1;
        admit();
        forget();
      }
    },
  };
}
