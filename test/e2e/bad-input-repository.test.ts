import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'mocha';
import type { HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { createCertificates } from '../support/certificates.ts';
import type { Certificates } from '../support/certificates.ts';
import { chartArchive } from '../support/chart-archive.ts';
import { startChartRepository } from '../support/chart-repository.ts';
import type { ChartRepository } from '../support/chart-repository.ts';
import { startOciRegistry } from '../support/oci-registry.ts';
import type { OciRegistry } from '../support/oci-registry.ts';
import { testBadInputs } from './bad-input.ts';

const app = (version: string): { name: string; version: string } => ({ name: 'app', version });
const from = (repository: string, version = '1.x', name = 'app'): Promise<Partial<HelmReleaseSpec>> =>
  Promise.resolve({ chart: { repository, name, version } });
const unchanged = Promise.resolve(undefined);

describe('a chart that a chart repository does not give', function () {
  this.timeout(90_000);
  let good: ChartRepository;
  let silent: ChartRepository;
  let damaged: ChartRepository;
  let untrusted: ChartRepository;
  let registry: OciRegistry;

  const hanging: ServerResponse[] = [];
  const stack = new AsyncDisposableStack();

  before(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'chart-hosts-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    const tls = await createCertificates(dir);
    const start = async (options: { tls?: Certificates } = {}): Promise<ChartRepository> => {
      const repository = stack.use(await startChartRepository(options));
      repository.add(app('1.0.0'));
      return repository;
    };
    [good, silent, damaged, untrusted] = [await start(), await start(), await start(), await start({ tls })];
    registry = stack.use(await startOciRegistry());
    await registry.push('charts/app', '1.0.0', chartArchive(app('1.0.0')));
  });

  after(() => stack.disposeAsync());

  testBadInputs({ namespace: 'bad-repository', operator: { flags: ['--charts-sync-interval=2s'] } }, [
    {
      name: 'silent',
      title: 'a host that does not answer',
      begin: () => from(silent.url),
      spoil: () => {
        silent.answer('/index.yaml', (_, response) => hanging.push(response));
        return from(silent.url);
      },
      trouble: {
        step: 'chart',
        says: [/^http:\/\/127\.0\.0\.1:\d+\/index\.yaml was silent for 30 s/, 'check that the server works'],
        stalled: false,
      },
      troubleWithinMs: 45_000,
      mend: () => {
        silent.answer('/index.yaml', undefined);
        for (const response of hanging) response.destroy(); // as when the server is started anew
        return unchanged;
      },
    },
    {
      name: 'untrusted',
      title: 'a certificate that is not trusted',
      begin: () => from(good.url),
      spoil: () => from(untrusted.url),
      trouble: {
        step: 'chart',
        says: [/^https:\/\/127\.0\.0\.1:\d+\/index\.yaml has a certificate/, 'not trusted', 'SSL_CERT_FILE'],
        stalled: false,
      },
      mend: () => from(good.url),
    },
    {
      name: 'version',
      title: 'a version that no chart satisfies',
      begin: () => from(good.url),
      spoil: () => from(good.url, '>=2.1 <3'),
      trouble: {
        step: 'chart',
        says: [
          /^no version of chart app of http:\/\/127\.0\.0\.1:\d+ satisfies ">=2\.1 <3"/,
          'the newest are 1.0.0',
        ],
        stalled: false,
      },
      mend: () => {
        good.add(app('2.4.0'));
        return unchanged;
      },
      revision: 2,
    },
    {
      name: 'tag',
      title: 'a version that no tag of a registry satisfies',
      begin: () => from(`oci://${registry.host}/charts`),
      spoil: () => from(`oci://${registry.host}/charts`, '^3'),
      trouble: {
        step: 'chart',
        says: [
          /^no version of chart oci:\/\/127\.0\.0\.1:\d+\/charts\/app satisfies "\^3"/,
          'the newest are 1.0.0',
        ],
        stalled: false,
      },
      mend: async () => {
        await registry.push('charts/app', '3.0.0', chartArchive(app('3.0.0')));
        return undefined;
      },
      revision: 2,
    },
    {
      name: 'name',
      title: 'a chart that is not in the index',
      begin: () => from(good.url),
      spoil: () => from(good.url, '1.x', 'apps'),
      trouble: { step: 'chart', says: ['chart apps', 'did you mean app'], stalled: false },
      mend: () => from(good.url),
    },
    {
      name: 'index',
      title: 'an index that is not YAML',
      begin: () => from(damaged.url),
      spoil: () => {
        damaged.put('/index.yaml', 'apiVersion: v1\nentries:\n\tapp: [\n');
        return from(damaged.url);
      },
      trouble: {
        step: 'chart',
        says: [
          /the index of chart repository http:\/\/127\.0\.0\.1:\d+ is not YAML: .+ \(helm repo index\)$/,
        ],
        stalled: false,
      },
      mend: () => {
        damaged.add(app('1.1.0'));
        return unchanged;
      },
      revision: 2,
    },
  ]);
});
