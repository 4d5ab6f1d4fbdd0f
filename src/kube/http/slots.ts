import { FairLine } from '../../process/fair-line.ts';
import { abortReason } from './abort.ts';

/** Bounds how many requests are under way at once. The others wait, by turns of their parties, and can be aborted. */
export interface Slots {
  /** The party is the namespace where that may be what takes long, or '' if only the server itself can be. */
  run<T>(party: string, signal: AbortSignal, fn: () => Promise<T>): Promise<T>;
}

/**
 * What the end of a request tells of the server. That it was silent is no overload if it answered others meanwhile: what
 * takes long in a namespace may be an admission webhook.
 */
export type Lesson = 'answered' | 'overloaded' | 'silent' | 'nothing';

export interface SlotsOptions {
  readonly most: number;
  readonly lessonOf: (error: unknown) => Lesson;
}

interface Call {
  readonly party: string;
  /** How often the limit had been lowered when it was sent: what is older says nothing about the new one. */
  readonly since: number;
  othersAnswered: boolean;
}

/**
 * As many at a time as the server takes well: half as many after it was overloaded, one more each time that all of
 * them went well. A server that is quick is asked at its own pace, by no fixed rate.
 */
export function createSlots({ most, lessonOf }: SlotsOptions): Slots {
  let limit = most;
  let wentWell = 0;
  let lowered = 0;
  let granted = 0;
  const underWay = new Set<Call>();
  const waiting = new FairLine<() => void>();

  const grantNext = (): void => {
    while (granted < limit && waiting.size > 0) {
      granted += 1;
      waiting.shift()?.();
    }
  };

  const acquire = (party: string, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const turn = { party, urgent: false };
      const giveUp = (): void => {
        waiting.delete(turn, grant);
        reject(abortReason(signal));
      };
      const grant = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      if (signal.aborted) {
        reject(abortReason(signal));
        return;
      }
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.put(turn, grant);
      grantNext();
    });

  const learn = ({ party, since, othersAnswered }: Call, lesson: Lesson): void => {
    if (lesson === 'answered') {
      for (const call of underWay) call.othersAnswered ||= call.party !== party;
    }
    if (since !== lowered || lesson === 'nothing') return;
    if (lesson === 'answered') {
      if (limit === most) return;
      wentWell += 1;
      if (wentWell < limit) return;
      limit += 1;
      wentWell = 0;
    } else if (lesson === 'overloaded' || party === '' || !othersAnswered) {
      limit = Math.max(1, Math.floor(limit / 2));
      lowered += 1;
      wentWell = 0;
    }
  };

  return {
    run: async (party, signal, fn) => {
      await acquire(party, signal);
      const call: Call = { party, since: lowered, othersAnswered: false };
      underWay.add(call);
      try {
        const result = await fn();
        learn(call, 'answered');
        return result;
      } catch (error) {
        if (!signal.aborted) learn(call, lessonOf(error));
        throw error;
      } finally {
        underWay.delete(call);
        granted -= 1;
        grantNext();
      }
    },
  };
}
