import { InvalidSpecError } from '../errors.ts';
import { MAX_INTERVAL, MIN_INTERVAL } from './schema/defaults.ts';
import { INTERVAL_FORM, INTERVAL_OUT_OF_RANGE, NO_INTERVAL } from './schema/rules.ts';

const FORM = new RegExp(INTERVAL_FORM);
const NUMBER_AND_UNIT = /([\d.]+)(ms|s|m|h)/g;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `spec.interval`; throws an InvalidSpecError for what the API server refuses too. */
export function intervalMsOf(text: string): number {
  const refuse = (why: string) => new InvalidSpecError(`spec.interval is ${shown(text)}, but ${why}`);
  if (!FORM.test(text)) throw refuse(NO_INTERVAL);
  const ms = sumOf(text);
  if (ms < sumOf(MIN_INTERVAL) || ms > sumOf(MAX_INTERVAL)) throw refuse(INTERVAL_OUT_OF_RANGE);
  return ms;
}

function sumOf(text: string): number {
  return [...text.matchAll(NUMBER_AND_UNIT)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (UNIT_MS[unit ?? ''] ?? NaN),
    0,
  );
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
