import { createDice } from '../../support/dice.ts';
import { describeLives, drawLives, LONG_HOOK } from '../kill/lives.ts';
import type { Life } from '../kill/lives.ts';

/** How the leader stands still in the middle of its work. */
export interface Round {
  readonly lives: readonly Life[];
  /** From the change, and from when helm runs at the earliest, until it stands still. */
  readonly stopMs: number;
  /** Only the operator, or its supervisor and helm too, as when a machine sleeps. */
  readonly who: 'operator' | 'machine';
  readonly resume: Resume;
}

export type Resume =
  /** Before another one leads, so long after it has stopped. */
  | { readonly kind: 'before'; readonly ms: number; readonly stillLeads: boolean }
  /** So long after another one leads. */
  | { readonly kind: 'after'; readonly ms: number };

const LONGEST_STOP_MS = 2_500;
const LONGEST_RESUME_MS = 3_000;
/** The API server believes a token so long after it has ended. */
const REMEMBERED_MS = 10_500;
/** A leader gives up ten seconds after it has last renewed, which it does every two; another one takes over after fifteen. */
const SURE_TO_LEAD_MS = 6_500;
const SURE_TO_HAVE_LOST_MS = { from: 10_500, to: 12_000 };

/** Each round has a chance of its own, so that it can be run again without those before it. */
export function planRound(seed: number, number: number): Round {
  const dice = createDice(seed + number * 7_919);
  const lives = [...drawLives(dice, 4), LONG_HOOK];
  const stopMs = dice.below(LONGEST_STOP_MS);
  const after = dice.below(LONGEST_RESUME_MS);
  switch (number % 4) {
    case 0:
      return { lives, stopMs, who: 'machine', resume: { kind: 'before', ...drawBefore(dice) } };
    case 3:
      return { lives, stopMs, who: 'machine', resume: { kind: 'after', ms: REMEMBERED_MS + after } };
    default:
      return { lives, stopMs, who: 'operator', resume: { kind: 'after', ms: after } };
  }
}

export function describeRound({ lives, stopMs, who, resume }: Round): string {
  const still = who === 'operator' ? 'the leader stands still' : 'the machine of the leader stands still';
  const until = resume.kind === 'after' ? 'after another one leads' : 'after that';
  return `${still} ${String(stopMs)} ms after a change of ${describeLives(lives)}, and goes on ${String(resume.ms)} ms ${until}`;
}

function drawBefore(dice: ReturnType<typeof createDice>): { ms: number; stillLeads: boolean } {
  if (dice.flip()) return { ms: dice.below(SURE_TO_LEAD_MS), stillLeads: true };
  const { from, to } = SURE_TO_HAVE_LOST_MS;
  return { ms: from + dice.below(to - from), stillLeads: false };
}
