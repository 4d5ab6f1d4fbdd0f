import { createDice } from '../../../test/support/dice.ts';
import type { Send } from '../workload/fleet.ts';
import { helmRelease, RECONCILE_AT, reconcilePatch, valuesPatch } from '../workload/releases.ts';

/** One thing that a person or a program does to one release. */
export interface RandomChange {
  readonly name: string;
  readonly send: Send;
}

const LEVELS = ['debug', 'info', 'warn', 'error'];

/** Goes on for ever: most changes are of a value, some are wrong, some take the release away and bring it back. */
export function* randomChanges(
  seed: number,
  names: readonly string[],
  chartOf: (name: string) => object,
): Generator<RandomChange, never> {
  const dice = createDice(seed);
  const gone = new Set<string>();
  const wrong = new Set<string>();
  for (let number = 0; ; number += 1) {
    const name = dice.pick(names);
    const send = ((): Send => {
      if (gone.delete(name)) return { method: 'POST', body: helmRelease(name, chartOf(name)) };
      if (wrong.delete(name)) return patch(valuesPatch({ service: null }));
      const chance = dice.below(100);
      if (chance < 8) {
        gone.add(name);
        return { method: 'DELETE' };
      }
      if (chance < 14) {
        wrong.add(name);
        return patch(valuesPatch({ service: { port: 99_999 } }, { rollback: { enable: dice.flip() } }));
      }
      if (chance < 30) return patch(reconcilePatch(RECONCILE_AT, String(number)));
      if (chance < 34) return patch({ spec: { suspend: dice.flip() } });
      return patch(valuesPatch({ logLevel: dice.pick(LEVELS), cache: `cache-${String(number)}` }));
    })();
    yield { name, send };
  }
}

function patch(body: object): Send {
  return { method: 'PATCH', body };
}
