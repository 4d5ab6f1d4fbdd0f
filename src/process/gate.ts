/** Bounds how much is asked of one host, and of all hosts together. */
export interface Gate {
  run<T>(
    host: string,
    signal: AbortSignal,
    fn: (elsewhere: Elsewhere) => Promise<T>,
    urgency?: Urgency,
  ): Promise<T>;
}

/** Of those that wait for the same host the most urgent one comes first: asked whenever there is a place. */
export type Urgency = () => number;

/**
 * For work that has had its answer from the host so far and waits for something else: it leaves its place meanwhile, is
 * not charged to the host, and queues for a place again afterwards, which the signal ends.
 */
export type Elsewhere = <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

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
  readonly waiting: Map<() => void, Urgency>; // in the order of the calls
  pace: Pace;
  running: number;
  /** Those of the running that take long already. */
  late: number;
}

const MAX_REMEMBERED = 1_000;

type Place = (o: { readonly answered: boolean }) => void;

/**
 * Whoever waits for a slow host holds no place that work for another host could use: slow and unknown hosts have places of
 * their own, so that no number of them keeps out those that answer. At a slow host what takes long does not hold up what
 * comes after it, which may be quick. The host whose turn was longest ago comes first.
 */
export function createGate({ perHost, total, slowAfterMs }: GateOptions): Gate {
  const hosts = new Map<string, Host>(); // in the order of their last turns
  const running: Record<Pace, number> = { new: 0, quick: 0, slow: 0 };

  let away = 0;

  const mayStart = ({ pace, running: own, late }: Host): boolean => {
    if (own >= perHost || running.new + running.quick + running.slow >= total) return false;
    const half = Math.ceil(total / 2);
    if (pace === 'quick') return running.quick < half;
    if (own > late || running.new + running.slow >= half) return false;
    // The first place of a slow host is surer than the others.
    return pace === 'new' || running.slow < Math.ceil(total / (own === 0 ? 4 : 8));
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
      if (host.waiting.size === 0 || !mayStart(host)) continue;
      const next = mostUrgent(host.waiting);
      host.waiting.delete(next);
      start(name, host);
      next();
      admitted = true;
    }
    if (admitted) admit();
  };

  const enter = (name: string, host: Host, signal: AbortSignal, urgency: Urgency): Promise<void> => {
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
      host.waiting.set(next, urgency);
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

  const take = async (name: string, signal: AbortSignal, urgency: Urgency): Promise<Place> => {
    const host = hosts.get(name) ?? { waiting: new Map(), pace: 'new', running: 0, late: 0 };
    if (!hosts.has(name)) hosts.set(name, host);
    await enter(name, host, signal, urgency);
    let isLate = false;
    let isLeft = false;
    const timer = setTimeout(() => {
      isLate = true;
      host.late += 1;
      setPace(host, 'slow');
      admit();
    }, slowAfterMs);
    return ({ answered }) => {
      if (isLeft) return;
      isLeft = true;
      clearTimeout(timer);
      if (answered && host.late === 0) setPace(host, 'quick');
      host.late -= Number(isLate);
      host.running -= 1;
      running[host.pace] -= 1;
      admit();
      forget();
    };
  };

  return {
    run: async (name, signal, fn, urgency = equally) => {
      let leave = await take(name, signal, urgency);
      let isAway = false;
      const elsewhere: Elsewhere = async (given, work) => {
        if (isAway || away >= total) return await work();
        leave({ answered: true });
        isAway = true;
        away += 1;
        try {
          return await work();
        } finally {
          away -= 1;
          leave = await take(name, given, urgency);
          isAway = false;
        }
      };
      try {
        const result = await fn(elsewhere);
        leave({ answered: true });
        return result;
      } finally {
        leave({ answered: false });
      }
    },
  };
}

const equally: Urgency = () => 0;

function mostUrgent(waiting: ReadonlyMap<() => void, Urgency>): () => void {
  const [first, ...others] = [...waiting].map(([next, urgency]) => ({ next, urgency: urgency() }));
  if (first === undefined) throw new Error('nobody waits');
  return others.reduce((most, other) => (other.urgency > most.urgency ? other : most), first).next;
}
