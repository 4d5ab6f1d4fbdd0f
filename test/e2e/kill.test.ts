import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { OperatorProcess } from '../support/operator-process.ts';
import { describeRound, planRound } from './kill/plan.ts';
import { playRound } from './kill/round.ts';
import type { Victim } from './kill/round.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

const SEED = Number(process.env['KILL_SEED'] ?? randomInt(1_000_000));
const ROUNDS = process.env['TEST_FULL'] === undefined ? 8 : 50;
const LOG_TAIL = 6_000;

describe(`an operator that is killed (KILL_SEED=${SEED})`, function () {
  this.timeout(180_000);
  let world: World;
  let workDir: string;
  let operator: OperatorProcess | undefined;

  before(async () => {
    console.log(`    KILL_SEED=${SEED}`);
    workDir = await mkdtemp(join(tmpdir(), 'killed-'));
    world = await startWorld();
  });

  after(async () => {
    await operator?.stop();
    await world.stop();
    await rm(workDir, { recursive: true, force: true });
  });

  const victim = (): Victim => ({
    workDir,
    running: async () => (operator ??= await world.operator({ workDir })),
    gone: () => {
      operator = undefined;
    },
  });

  for (let number = 1; number <= ROUNDS; number++) {
    const round = planRound(SEED, number);

    it(`brings everything to its end, round ${number}: ${describeRound(round)}`, async () => {
      try {
        await playRound(round, `kill-${number}`, world, victim());
      } catch (error) {
        const log = operator?.log().slice(-LOG_TAIL) ?? 'the operator is not running';
        // The next round gets one that nothing has happened to.
        await operator?.kill();
        operator = undefined;
        throw new Error(`${String(error)}\noperator:\n${log}`, { cause: error });
      }
    });
  }
});
