import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { tool } from '../../../hack/testenv/testenv.ts';
import { pickVersion } from '../../../src/charts/versions/pick.ts';
import { createRun } from '../../../src/process/run.ts';
import { createSemaphore } from '../../../src/process/semaphore.ts';
import { type ChartRepository, startChartRepository } from '../../support/chart-repository.ts';
import { createDice } from '../../support/dice.ts';
import { signal } from './harness.ts';

/** No two are equal but for build metadata: of such helm takes any. */
const OFFERED = [
  ...['0.0.1', '0.0.3', '0.1.0', '0.1.1', '0.2.0-rc.1', '0.2.0', '0.10.0', '1.0.0-0', '1.0.0', '1.2.3'],
  ...['1.2.9', '1.3.0-beta.1', '1.3.0', '1.10.0', '2.0.0-alpha', '2.0.0', '2.1', 'v2.2.0', '3.0.0-rc.1'],
  ...['3.0.0-rc.2', '3.0.0-rc.11', '4.0.0+build.7'],
];

/** The usual ones, and those that are read in an unexpected way. */
const CHOSEN = [
  ...['', '*', 'x', 'X', '1', '1.2', '1.2.3', '=1.2.3', 'v1.2.3', '=v1', '2.1', '2.1.0', 'v2.2.0', '2.2.0'],
  ...['4.0.0', '4.0.0+build.7', '4.0.0+other', '1.x.x', '1.*', '3.0.0-rc.2', '^0', '^0.0', '^0.0.3', '^0.1'],
  ...['^0.1.0', '^1', '^1.2', '^1.2.3', '^*', '^2.0.0-0', '~0', '~0.0.0', '~1', '~1.2', '~1.2.3', '~>1.2'],
  ...[
    '~3.0.0-0',
    '>1',
    '>1.2',
    '>=1.2',
    '>2 <4',
    '<1',
    '<=1',
    '<=1.2',
    '<=1.2.3',
    '=>3',
    '=<1.2.3',
    '!=4.0.0',
  ],
  ...['!=4', '>1.0.0, <1.3.0', '>1.0.0 <1.3.0', '1.0.0 - 1.2.9', '0.1 - 1.2', '<0.1 || >=3.0.0-0 <4'],
  ...['>=3.0.0-rc.1 <3.0.0', '>=1.3.0-0, <1.3.0', '>9', '5.0.0', 'latest', '1.2.3.4', '>=1<2', '1 ||', '||'],
  ...['^', '1.0 -2.0', '>=0.0.0-0'],
];

/** Anything that can be put together of what ranges consist of. */
const THROWN = thrownRanges(150);

const IS_FULL = process.env['TEST_FULL'] !== undefined;

function thrownRanges(count: number): readonly string[] {
  const { below, flip, pick } = createDice(4_711);
  const part = (): string => pick(['0', '1', '2', '3', '10']);
  const version = (): string => {
    const [major, minor, patch] = [part(), pick([part(), part(), 'x', '*']), pick([part(), part(), 'X'])];
    const depth = below(4);
    if (depth === 0) return major;
    if (depth === 1) return `${major}.${minor}`;
    const prerelease =
      depth === 3 && /^\d/.test(minor) && /^\d/.test(patch) ? pick(['-0', '-rc.1', '-beta']) : '';
    return `${flip() && flip() ? 'v' : ''}${major}.${minor}.${patch}${prerelease}`;
  };
  const comparison = (): string =>
    `${pick(['', '=', '!=', '>', '<', '>=', '<=', '=>', '=<', '~', '~>', '^'])}${pick(['', '', ' '])}${version()}`;
  const both = (): string =>
    flip() ? `${comparison()}${pick([' ', ', ', ','])}${comparison()}` : `${version()} - ${version()}`;
  const found = new Set<string>();
  while (found.size < count) {
    const range = pick([comparison, both, () => `${both()} || ${comparison()}`])();
    if (!CHOSEN.includes(range)) found.add(range);
  }
  return [...found];
}

describe('pickVersion', () => {
  let dir: string;
  let repository: ChartRepository;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'helm-agrees-'));
    repository = await startChartRepository();
    for (const version of OFFERED) repository.add({ name: 'web', version });
  });
  after(async () => {
    await repository[Symbol.asyncDispose]();
    await rm(dir, { recursive: true });
  });

  for (const name of ['helm', 'helm3'] as const) {
    // Helm 3 reads ranges by the same library: the usual ones tell whether that is still so.
    const ranges = name === 'helm' || IS_FULL ? [...CHOSEN, ...THROWN] : CHOSEN;

    it(`takes the version that ${name} takes, for ${String(ranges.length)} ranges`, async () => {
      const helm = await tool(name);
      const run = createRun({ owner: dir });
      const slots = createSemaphore(3);
      const chosenByHelm = (range: string): Promise<string | undefined> =>
        slots.run(signal, async () => {
          const args = ['show', 'chart', '--repo', repository.url, `--version=${range}`, '--', 'web'];
          const env = { HOME: join(dir, name) };
          const result = await run(helm, args, { env, cwd: dir, timeoutMs: 30_000, signal });
          return result.kind === 'done' ? /^version: (.*)$/m.exec(result.stdout)?.[1] : undefined;
        });

      const differences = await Promise.all(
        ranges.map(async (range) => {
          const pick = pickVersion(
            OFFERED.map((version) => ({ version })),
            range,
          );
          const ours = pick.kind === 'found' ? pick.candidate.version : undefined;
          const theirs = (await chosenByHelm(range))?.replace(/^["']|["']$/g, '');
          return ours === theirs ? [] : [`${range}: ours ${String(ours)}, theirs ${String(theirs)}`];
        }),
      );

      expect(differences.flat()).to.deep.equal([]);
    }).timeout(60_000);
  }
});
