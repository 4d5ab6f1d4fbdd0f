import { describe } from 'mocha';
import type { HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { testBadInputs } from './bad-input.ts';
import type { BadInput } from './bad-input.ts';
import type { Bench } from './bench.ts';
import { webChartFile, webChartFiles } from './world.ts';

/** How often every release is looked at. */
const OFTEN = { flags: ['--charts-sync-interval=1s'] };

/** A chart of its own, so that a commit spoils no other release. */
const chartAt = ({ world }: Bench, path: string): Partial<HelmReleaseSpec> => ({
  chart: { git: world.git.repoUrl('charts'), path, ref: 'main' },
});

async function commitService(bench: Bench, change: (template: string) => string): Promise<void> {
  const template = await webChartFile('templates/service.yaml');
  await bench.world.git.commit('charts', { 'web-edited/templates/service.yaml': change(template) });
}

const INPUTS: readonly BadInput[] = [
  {
    name: 'edited',
    title: 'a template that does not render',
    begin: async (bench) => {
      await bench.world.git.commit('charts', await webChartFiles('web-edited'));
      return chartAt(bench, 'web-edited');
    },
    spoil: async (bench) => {
      await commitService(bench, (template) =>
        template.replace('.Values.service.port', '.Values.server.port.number'),
      );
      return chartAt(bench, 'web-edited');
    },
    trouble: {
      step: 'install',
      says: ['web-0.1.0', 'web/templates/service.yaml line 10', '.Values.server.port.number', 'is not set'],
      stalled: true,
    },
    troubleOfOld: { step: 'upgrade' },
    mend: async (bench) => {
      await commitService(bench, (template) => template.replace('name: http', 'name: web'));
      return undefined;
    },
    revision: 2,
  },
  {
    name: 'refused',
    title: 'values that the chart itself refuses',
    spoil: () => Promise.resolve({ values: { fail: 'text must be shorter than 80 characters' } }),
    trouble: {
      step: 'install',
      says: [
        'refuses these values',
        'text must be shorter than 80 characters',
        'web/templates/deployment.yaml line 2',
      ],
      stalled: true,
    },
    troubleOfOld: { step: 'upgrade' },
    mend: () => Promise.resolve({}),
  },
  {
    name: 'schema',
    title: 'values that the schema of the chart forbids',
    spoil: () => Promise.resolve({ values: { replicas: 'many' } }),
    trouble: { step: 'install', says: ['values.schema.json', 'replicas', 'integer'], stalled: true },
    troubleOfOld: { step: 'upgrade' },
    mend: () => Promise.resolve({ values: { replicas: 2 } }),
    revision: 2,
  },
];

for (const helm of ['helm', 'helm3'] as const) {
  describe(`a chart that does not render, with ${helm}`, function () {
    this.timeout(90_000);
    testBadInputs({ namespace: 'bad-chart', helm, operator: OFTEN }, INPUTS);
  });
}
