import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { load } from 'js-yaml';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { CONDITION_TYPES, PHASES } from '../../../src/api/schema/condition.ts';
import { settingsOf } from '../../../src/api/settings.ts';
import { startApiServer, type ApiServer } from './api-server.ts';
import { badSpecs, fullStatus, goodManifests } from './samples.ts';

const CRD_FILE = new URL('../../../crds/helmrelease.yaml', import.meta.url);
const PATH = '/apis/helm.fluxcd.io/v1/namespaces/default/helmreleases';

const release = (name: string, spec: object, more: object = {}) => ({
  apiVersion: 'helm.fluxcd.io/v1',
  kind: 'HelmRelease',
  metadata: { name, ...more },
  spec,
});

const goodChart = { repository: 'https://charts.example.com', name: 'web', version: '1.2.3' };

describe('the CustomResourceDefinition on an API server', function () {
  this.timeout(600_000);

  const owner = new AsyncDisposableStack();
  let server: ApiServer;

  const send = async (method: string, path: string, body?: object, contentType?: string) => {
    const answer = await server.client.send(method, path, body, contentType);
    return { code: answer.status, body: answer.json() as Record<string, unknown> & { message?: string } };
  };
  const get = async (name: string) => (await send('GET', `${PATH}/${name}`)).body;

  before(async () => {
    server = await startApiServer(owner);
    // Objects are stored first under a schema without our rules, as 1.4.4 stored them.
    await applyDefinition(withoutRules(readFileSync(CRD_FILE, 'utf8')));
    for (const [index, { spec }] of badSpecs.entries()) {
      const name = `stored-${index.toString()}`;
      await send('POST', PATH, release(name, spec, { finalizers: ['example.com/held'] }));
    }
    await applyDefinition(readFileSync(CRD_FILE, 'utf8'));
    await until('the rules are in force', async () => {
      const { code } = await send('POST', `${PATH}?dryRun=All`, release('probe', { chart: {} }));
      return code === 422;
    });
  });

  after(async () => {
    await owner.disposeAsync();
  });

  async function applyDefinition(text: string): Promise<void> {
    const applied = await server.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], text);
    expect(applied.stderr).to.equal('');
    const crd = 'crd/helmreleases.helm.fluxcd.io';
    const waited = await server.kubectl(['wait', '--for=condition=Established', '--timeout=60s', crd]);
    expect(waited.stdout).to.contain('condition met');
    await until('the kind is served', async () => (await send('GET', PATH)).code === 200);
  }

  describe('takes what 1.4.4 took', () => {
    for (const [file, text, manifest] of goodManifests) {
      it(`${file}, whole`, async () => {
        // Not `apply`, which drops null out of values before it sends them.
        const created = await server.kubectl(['create', '-f', '-'], text);

        expect(created.stderr).to.equal('');
        const stored = await get(manifest.metadata.name);
        expect(stored['spec']).to.deep.equal(manifest.spec);
        const isAnsweredInStatus = /helm-2|plugin/.test(file);
        const settings = () => settingsOf(stored as unknown as HelmRelease);
        if (isAnsweredInStatus) expect(settings).to.throw(/not supported: /);
        else expect(settings).not.to.throw();
      });
    }

    it('unknown fields too, but leaves them out', async () => {
      const spec = { chart: { ...goodChart, branch: 'x' }, interval: '5m', values: { interval: '5m' } };

      const { code, body } = await send('POST', PATH, release('unknown-fields', spec));

      expect(code).to.equal(201);
      expect(body['spec']).to.deep.equal({ chart: goodChart, values: { interval: '5m' } });
    });
  });

  describe('refuses what can never be released', () => {
    for (const { what, spec, field, says } of badSpecs) {
      it(`${what}, and says what to do`, async () => {
        const applied = await server.kubectl(['apply', '-f', '-'], JSON.stringify(release('bad', spec)));

        expect(applied.exitCode).to.equal(1);
        expect(applied.stderr).to.contain(`${field}: `).and.to.contain(says);
      });
    }

    it('by rules of which each one is met here', () => {
      const messages = JSON.stringify(load(readFileSync(CRD_FILE, 'utf8')));
      const rules = [...messages.matchAll(/"rule":".*?","message":"(.*?)"/g)].map(([, message]) => message);

      expect(rules).not.to.have.length(0);
      for (const message of rules) {
        expect(badSpecs.some(({ says }) => message?.includes(says))).to.equal(true, message);
      }
    });
  });

  describe('leaves an object alone that was stored before the rules', () => {
    for (const [index, { what, spec, always }] of badSpecs.entries()) {
      if (always === true) continue;
      // A rule that compares two fields stands above both, and meets every edit of the spec.
      const edit = 'helmVersion' in spec ? { releaseName: 'mended' } : { timeout: 42 };
      const path = `${PATH}/stored-${index.toString()}`;

      it(`${what}: it takes a status, a change of metadata and of another field, and goes`, async () => {
        const { body: stored } = await send('GET', path);
        const withStatus = await send('PUT', `${path}/status`, { ...stored, status: fullStatus });
        expect(withStatus.code).to.equal(200, withStatus.body.message);
        expect(withStatus.body['status']).to.deep.equal(fullStatus);

        const annotated = await merge(path, { metadata: { annotations: { a: 'b' } } });
        expect(annotated.code).to.equal(200, annotated.body.message);

        const edited = await merge(path, { spec: edit });
        expect(edited.code).to.equal(200, edited.body.message);

        const deleted = await send('DELETE', path);
        expect(deleted.code).to.equal(200, deleted.body.message);
        const released = await merge(path, { metadata: { finalizers: null } });
        expect(released.code).to.equal(200, released.body.message);
        expect((await send('GET', path)).code).to.equal(404);
      });
    }

    const merge = (path: string, patch: object) => send('PATCH', path, patch, 'application/merge-patch+json');
  });

  describe('keeps a status', () => {
    const write = async (name: string, status: object) => {
      const { body } = await send('POST', PATH, release(name, { chart: goodChart }));
      return send('PUT', `${PATH}/${name}/status`, { ...body, status });
    };

    it('with every field, and no generation is counted for it', async () => {
      const { code } = await write('full-status', fullStatus);

      const stored = await get('full-status');
      expect(code).to.equal(200);
      expect(stored['status']).to.deep.equal(fullStatus);
      expect(stored['metadata']).to.include({ generation: 1 });
    });

    it('with every phase and every condition', async () => {
      const conditions = CONDITION_TYPES.map((type) => ({ type, status: 'Unknown' }));
      for (const phase of PHASES) {
        const { code, body } = await write(`phase-${phase.toLowerCase()}`, { phase, conditions });
        expect(code).to.equal(200, body.message);
        expect(body['status']).to.deep.equal({ phase, conditions });
      }
    });
  });

  describe('shows in kubectl get', () => {
    it('the columns of 1.4.4 first, then in one line what is deployed and why it is not well', async () => {
      const table = await server.kubectl(['get', 'helmreleases.helm.fluxcd.io', 'full-status']);

      const [head = '', line = ''] = table.stdout.split('\n');
      expect(head.split(/\s+/)).to.deep.equal([
        'NAME',
        'RELEASE',
        'PHASE',
        'RELEASESTATUS',
        'MESSAGE',
        'READY',
        'STATUS',
        'CHART',
        'REVISION',
        'AGE',
      ]);
      expect(line.split(/\s{2,}/).slice(0, -1)).to.deep.equal([
        'full-status',
        'default-web',
        'RolledBack',
        'deployed',
        "Installation or upgrade failed for Helm release 'default-web' in 'default'.",
        'False',
        'web-1.2.3 is deployed, 1.3.0 failed',
        'web-1.2.3',
        '7',
      ]);
    });

    for (const name of ['hr', 'hrs', 'helmrelease', 'helmreleases']) {
      it(`the kind by the name ${name}`, async () => {
        const found = await server.kubectl(['get', name, 'full-status', '-o', 'name']);

        expect(found.stdout).to.equal('helmrelease.helm.fluxcd.io/full-status\n');
      });
    }
  });

  it('tells kubectl explain what a field means and what holds without it', async () => {
    const explained = await server.kubectl([
      'explain',
      'helmreleases.spec.timeout',
      '--api-version=helm.fluxcd.io/v1',
    ]);

    expect(explained.stdout.replaceAll(/\s+/g, ' ')).to.contain('in seconds').and.to.contain('Default: 300.');
  });
});

/** The same definition with its rules taken out, and the bounds that exist for their sake. */
function withoutRules(text: string): string {
  const definition = JSON.stringify(load(text), (keyword, value: unknown) =>
    keyword === 'x-kubernetes-validations' || keyword === 'maxItems' ? undefined : value,
  );
  expect(definition).to.contain('openAPIV3Schema').and.not.to.contain('x-kubernetes-validations');
  return definition;
}

/** Polls what the API server does on its own after a definition changes; the limit of the test ends it. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`still not so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
