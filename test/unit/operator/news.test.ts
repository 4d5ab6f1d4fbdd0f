import { expect } from 'chai';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import type { ChartSource } from '../../../src/charts/chart.ts';
import { createNews } from '../../../src/operator/news.ts';
import type { Push } from '../../../src/server/hooks/push.ts';

const SYNCS = [
  'https://github.com/acme/deploy',
  'git@github.com:acme/deploy.git',
  'ssh://git@ssh.github.com:443/Acme/Deploy.git',
  'https://github.com/acme/deploy-too',
  'https://git.example.com/acme/deploy',
  'no address',
];

const git = (url: string): ChartSource => ({
  ...{ kind: 'git', url, ref: 'main', path: 'web', skipDepUpdate: false, scope: '' },
});
const oci = (url: string): ChartSource => ({ kind: 'oci', url, version: '*', scope: '' });

const SOURCES: readonly ChartSource[] = [
  git('https://github.com/acme/deploy.git'),
  git('https://github.com/acme/charts'),
  git('no address'),
  { kind: 'repository', url: 'https://github.com/acme/deploy', name: 'web', version: '*', scope: '' },
  oci('oci://registry.example.com/charts/web'),
  oci('oci://Registry.example.com/charts/web/'),
  oci('oci://registry.example.com:443/charts/web'),
  oci('oci://registry.example.com/charts/web:1.2.3'),
  oci(`oci://registry.example.com/charts/web@sha256:${'0'.repeat(64)}`),
  oci('oci://registry.example.com:5000/charts/web'),
  oci('oci://registry.example.com/charts/web-too'),
  oci('oci://registry.example.com/charts'),
];

/** The addresses of what is looked at. */
function lookedAt(push: Push): { readonly syncs: readonly string[]; readonly charts: readonly string[] } {
  const found: { syncs: string[]; charts: string[] } = { syncs: [], charts: [] };
  const news = createNews(
    {
      refresh: (matches) => {
        found.charts.push(...SOURCES.filter(matches).map(({ url }) => url));
        return Promise.resolve();
      },
    },
    {
      refresh: (matches) => {
        found.syncs.push(...SYNCS.filter((url) => matches({ spec: { url } } as GitSync)));
      },
    },
    () => undefined,
  );
  news(push);
  return found;
}

const repository = (...urls: readonly string[]): Push => ({ kind: 'repository', urls });
const registry = (...references: readonly string[]): Push => ({ kind: 'registry', references });

describe('news of a push', () => {
  it('have just the GitSyncs and Git charts of that repository looked at, however its address is written', () => {
    const urls = ['https://github.com/acme/deploy.git', 'git@github.com:acme/deploy.git'];
    for (const push of [repository(...urls), repository('HTTPS://GitHub.com/Acme/Deploy/')]) {
      expect(lookedAt(push)).to.deep.equal({
        syncs: SYNCS.slice(0, 3),
        charts: ['https://github.com/acme/deploy.git'],
      });
    }
  });

  it('concern nobody when the repository is nobody’s, or no address is one', () => {
    const nobody = { syncs: [], charts: [] };
    expect(lookedAt(repository('https://github.com/acme/nobody'))).to.deep.equal(nobody);
    expect(lookedAt(repository('no address', ''))).to.deep.equal(nobody);
    expect(lookedAt(registry('registry.example.com/nobody'))).to.deep.equal(nobody);
    expect(lookedAt({ kind: 'ignore' })).to.deep.equal(nobody);
  });

  it('have just the charts of that place in a registry looked at, whatever version they name', () => {
    for (const reference of ['registry.example.com/charts/web', 'REGISTRY.example.com:443/charts/web']) {
      const { syncs, charts } = lookedAt(registry('elsewhere.example.com/charts/web', reference));
      expect(syncs).to.deep.equal([]);
      expect(charts).to.deep.equal(SOURCES.slice(4, 9).map(({ url }) => url));
    }
    expect(lookedAt(registry('registry.example.com:5000/charts/web')).charts).to.deep.equal([
      'oci://registry.example.com:5000/charts/web',
    ]);
  });

  it('tell what fails where troubles go, and throw nothing at who brings them', async () => {
    const troubles: unknown[] = [];
    const refresh = (): Promise<void> => Promise.reject(new Error('closed'));
    const news = createNews({ refresh }, { refresh: () => undefined }, (caught) => troubles.push(caught));

    news(repository('https://github.com/acme/deploy'));
    news(registry('registry.example.com/charts/web'));
    await Promise.resolve();
    await Promise.resolve();

    expect(troubles.map(String)).to.deep.equal(['Error: closed', 'Error: closed']);
  });
});
