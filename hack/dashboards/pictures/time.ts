import { round } from '../../bench/report/axis.ts';
import { text } from './parts.ts';

/** The time that the pictures show, in seconds of the Unix epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface TimeAxis {
  readonly at: (seconds: number) => number;
  /** Some times of the day, at this height. */
  readonly labels: (y: number) => readonly string[];
}

export function timeAxis({ from, to }: Span, left: number, right: number): TimeAxis {
  const at = (seconds: number): number =>
    round(left + ((seconds - from) / (to - from || 1)) * (right - left));
  return {
    at,
    labels: (y) => {
      const parts = right - left < 360 ? 2 : 4;
      return Array.from({ length: parts + 1 }, (_, part) => {
        const seconds = from + ((to - from) * part) / parts;
        const time = new Date(seconds * 1_000).toISOString().slice(11, 19);
        const anchor = part === 0 ? 'start' : part === parts ? 'end' : 'middle';
        return text(at(seconds), y, time, { look: 'small', anchor });
      });
    },
  };
}
