import { expect } from 'chai';
import { randomInt } from 'node:crypto';
import { describe, it } from 'mocha';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDice } from '../../support/dice.ts';
import { configMap, useGitOps } from './gitops.ts';

const TEAM = 'team';
const SEED = Number(process.env['KILL_SEED'] ?? randomInt(1_000_000));
const ROUNDS = process.env['TEST_FULL'] === undefined ? 4 : 30;
/** So many that a kill hits the middle of what is done with them. */
const OBJECTS = 60;
/** From the commit to the end of a pass it takes less. */
const LATEST_MS = 2_500;
const LABEL = 'gitops.helm-release-operator.io/name=team';

interface Round {
  readonly metadata: { readonly name: string };
  readonly data: { readonly round: string };
}

describe(`a GitSync whose operator is killed (KILL_SEED=${String(SEED)})`, function () {
  this.timeout(60_000 + ROUNDS * 15_000);
  const { below } = createDice(SEED);
  const ops = useGitOps({ namespaces: [TEAM] });

  const rounds = (): Promise<Map<string, string>> =>
    ops()
      .world.cluster.list<Round>('configmaps', TEAM, { labels: LABEL })
      .then((maps) => new Map(maps.map(({ metadata, data }) => [metadata.name, data.round])));

  it('ends with what Git holds, and nothing else', async () => {
    await ops().sync(TEAM, 'team', { path: 'team' });
    for (let round = 1; round <= ROUNDS; round += 1) {
      // Less than half leaves Git each time, or the deletion would be held.
      const kept = Array.from({ length: OBJECTS }, (_, at) => `object-${String(at)}`).filter(
        (_, at) => at % 3 !== round % 3,
      );
      const file = kept.map((name) => configMap(name, { round: String(round) })).join('---\n');
      const commit = await ops().commit({ 'team/all.yaml': file });
      await sleep(below(LATEST_MS));
      await ops().operator().kill();
      await ops().start();

      await ops().untilApplied(TEAM, 'team', commit);

      const found = await rounds();
      expect([...found.keys()].sort(), `round ${String(round)}`).to.deep.equal([...kept].sort());
      expect(new Set(found.values())).to.deep.equal(new Set([String(round)]));
    }
  });
});
