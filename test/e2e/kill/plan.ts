import type { Dice } from '../../support/dice.ts';
import { createDice } from '../../support/dice.ts';
import { describeLives, drawLives } from './lives.ts';
import type { Life } from './lives.ts';

/** When the operator is killed, counted from the change. */
export type Moment =
  | { readonly kind: 'time'; readonly ms: number }
  /** As soon as Helm's storage shows one of the states, and a little later: in the middle of helm. */
  | { readonly kind: 'state'; readonly states: readonly string[]; readonly ms: number };

export interface Round {
  readonly lives: readonly Life[];
  readonly moment: Moment;
  /** Whether its children are killed with it, or live on for a while. */
  readonly childrenToo: boolean;
  /** Killed once more, so long after it is back. */
  readonly againMs: number | undefined;
}

const LONGEST_MS = 2_500;
const INTO_HELM_MS = 120;
const LIVES = 4;

const ANY_WORK = ['pending-install', 'pending-upgrade', 'pending-rollback', 'uninstalling'];

/** Each round has a chance of its own, so that it can be run again without those before it. */
export function planRound(seed: number, number: number): Round {
  const dice = createDice(seed + number * 7_919);
  const lives = drawLives(dice, LIVES - dice.below(2));
  return {
    lives,
    moment: drawMoment(dice, lives),
    childrenToo: number % 2 === 0,
    againMs: dice.below(3) === 0 ? dice.below(LONGEST_MS / 2) : undefined,
  };
}

function drawMoment(dice: Dice, lives: readonly Life[]): Moment {
  if (dice.flip()) return { kind: 'time', ms: dice.below(LONGEST_MS) };
  const rollback = lives.some(({ end }) => end === 'rolled-back') && dice.flip();
  return {
    kind: 'state',
    states: rollback ? ['pending-rollback'] : ANY_WORK,
    ms: dice.below(INTO_HELM_MS),
  };
}

/** What a round does, in words. */
export function describeRound({ lives, moment, childrenToo, againMs }: Round): string {
  const victims = childrenToo ? 'killed with its children' : 'killed';
  const when =
    moment.kind === 'time'
      ? `${moment.ms} ms after`
      : `${moment.ms} ms into ${moment.states.join(' or ')} by`;
  const again = againMs === undefined ? '' : `, and again ${againMs} ms after it is back`;
  return `${victims} ${when} ${describeLives(lives)}${again}`;
}
