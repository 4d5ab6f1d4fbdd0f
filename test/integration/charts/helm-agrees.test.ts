import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dump } from 'js-yaml';
import { tool } from '../../../hack/testenv/testenv.ts';
import { pickVersion } from '../../../src/charts/versions/pick.ts';
import { createRun, type Run } from '../../../src/process/run.ts';
import { chartArchive } from '../../support/chart-archive.ts';
import { signal } from './harness.ts';

/** One chart each, so that what helm finds is what it chose. No two are equal but for build metadata: helm takes any. */
const OFFERED = [
  ...['0.0.1', '0.0.3', '0.1.0', '0.1.1', '0.2.0-rc.1', '0.2.0', '0.10.0', '1.0.0-0', '1.0.0', '1.2.3', '1.2.9', '1.3.0-beta.1'],
  ...['1.3.0', '1.10.0', '2.0.0-alpha', '2.0.0', '2.1', 'v2.2.0', '3.0.0-rc.1', '3.0.0-rc.2', '3.0.0-rc.11', '4.0.0+build.7'],
];

const RANGES = [
  ...['*', 'x', '1', '1.2', '1.2.3', '=1.2.3', 'v1.2.3', '=v1', '2.1', '2.1.0', 'v2.2.0', '2.2.0', '4.0.0', '4.0.0+build.7', '4.0.0+other'],
  ...['^0', '^0.0', '^0.0.3', '^0.1', '^0.1.0', '^1', '^1.2', '^1.2.3', '^*', '^2.0.0-0', '~0', '~0.0.0', '~1', '~1.2', '~1.2.3', '~>1.2'],
  ...['>1', '>1.2', '>=1.2', '>2 <4', '<1', '<=1', '<=1.2', '<=1.2.3', '=>3', '=<1.2.3', '!=4.0.0', '!=4', '>1.0.0, <1.3.0', '>1.0.0 <1.3.0'],
  ...['1.0.0 - 1.2.9', '0.1 - 1.2', '<0.1 || >=3.0.0-0 <4', '>=3.0.0-rc.1 <3.0.0', '~3.0.0-0', '3.0.0-rc.2', '>=1.3.0-0, <1.3.0', '1.x.x', '1.*', 'X'],
  ...['>9', '5.0.0', 'latest', '1.2.3.4', '>=1<2', '1 ||', '||', '^', '1.0 -2.0', '>=0.0.0-0'],
];

describe('pickVersion', () => {
  let dir: string;
  let run: Run;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'helm-agrees-'));
    run = createRun({ owner: dir });
    const entries = OFFERED.map((version) => ({ apiVersion: 'v2', name: 'web', version, urls: [`web-${version}.tgz`] }));
    await writeFile(join(dir, 'index.yaml'), dump({ apiVersion: 'v1', entries: { web: entries } }));
  });
  after(async () => {
    await rm(dir, { recursive: true });
  });

  for (const name of ['helm', 'helm3'] as const) {
    it(`takes the version that ${name} takes, for ${String(RANGES.length)} ranges`, async () => {
      const helm = await tool(name);
      const env = await homeWith(dir, name);
      const chosen = async (range: string): Promise<string | undefined> => {
        const args = ['search', 'repo', 'web', '--version', range, '-o', 'json'];
        const result = await run(helm, args, { env, cwd: dir, timeoutMs: 30_000, signal });
        return result.kind === 'done' ? (JSON.parse(result.stdout) as { version: string }[])[0]?.version : undefined;
      };

      const differences: string[] = [];
      for (const range of RANGES) {
        const pick = pickVersion(OFFERED.map((version) => ({ version })), range);
        const ours = pick.kind === 'found' ? pick.candidate.version : undefined;
        const theirs = await chosen(range);
        if (ours !== theirs) differences.push(`${range}: ours ${String(ours)}, helm ${String(theirs)}`);
      }
      expect(differences).to.deep.equal([]);
    }).timeout(60_000);
  }
});

async function homeWith(dir: string, name: string): Promise<Readonly<Record<string, string>>> {
  throw new Error([dir, name, readFile, chartArchive].join());
}
