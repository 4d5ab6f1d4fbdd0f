import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { USED_RIGHTS } from '../../hack/test/used-rights.ts';
import { NEVER_USED } from '../e2e/rights/known.ts';
import { ownRights, rightsOf } from '../support/chart-rights.ts';

const PROFILES = {
  'all namespaces': {},
  'one namespace': { namespaced: true },
  'tenant mode': { tenantMode: true },
};

/** Comes after all end-to-end tests, which leave there what they have used. */
async function usedByTests(): Promise<ReadonlySet<string>> {
  const folder = process.env[USED_RIGHTS];
  if (folder === undefined) throw new Error('this is about all end-to-end tests: npm run test -- e2e');
  const files = await readdir(folder);
  const lists = files.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8')) as string[]);
  return new Set((await Promise.all(lists)).flat());
}

describe('the rights that the chart gives the operator', function () {
  this.timeout(30_000);
  let used: ReadonlySet<string>;

  before(async () => {
    used = await usedByTests();
  });
  after(() => {
    for (const [right, why] of NEVER_USED) {
      if (!used.has(right)) console.log(`    used by no test: ${right} (${why})`);
    }
  });

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`are no more than it uses somewhere, for ${profile}`, async () => {
      const objects = await ownRights({ release: 'helm-operator', namespace: 'flux', values });
      const given = rightsOf(objects.flatMap(({ rules = [] }) => rules));
      expect(given).to.include('update helm.fluxcd.io/helmreleases/status');

      const idle = [...given].filter((right) => !used.has(right) && !NEVER_USED.has(right));

      expect(idle.toSorted()).to.deep.equal([]);
    });
  }
});
