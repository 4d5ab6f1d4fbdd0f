import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { load } from 'js-yaml';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import { syncSettingsOf } from '../../../src/api/gitsync/settings.ts';
import { GITOPS_API_VERSION, SYNC_KIND } from '../../../src/api/names.ts';
import { eventually } from '../../support/eventually.ts';
import { startApiServer, type ApiServer } from './api-server.ts';
import { badSyncs, everyField, fullSyncStatus, goodSpecs } from './git-sync-samples.ts';

const CRD_FILE = new URL('../../../crds/gitsync.yaml', import.meta.url);
const PATH = '/apis/gitops.helm-release-operator.io/v1alpha1/namespaces/default/gitsyncs';

const sync = (name: string, spec: object) => ({
  apiVersion: GITOPS_API_VERSION,
  kind: SYNC_KIND,
  metadata: { name },
  spec,
});

describe('the CustomResourceDefinition of GitSync on an API server', function () {
  this.timeout(120_000);

  const owner = new AsyncDisposableStack();
  let server: ApiServer;

  const send = async (method: string, path: string, body?: object) => {
    const answer = await server.client.send(method, path, body);
    return { code: answer.status, body: answer.json() as Record<string, unknown> & { message?: string } };
  };

  before(async () => {
    server = await startApiServer(owner);
    const applied = await server.kubectl(['apply', '--server-side', '-f', CRD_FILE.pathname]);
    expect(applied.stderr).to.equal('');
    await eventually(async () => {
      expect((await send('GET', PATH)).code).to.equal(200);
    });
  });

  after(async () => {
    await owner.disposeAsync();
  });

  describe('takes, and the operator reads,', () => {
    for (const [index, [what, spec]] of goodSpecs.entries()) {
      it(what, async () => {
        const { code, body } = await send('POST', PATH, sync(`good-${index.toString()}`, spec));

        expect(code).to.equal(201, body.message);
        expect(body['spec']).to.deep.equal(spec);
        expect(() => syncSettingsOf(body as unknown as GitSync)).not.to.throw();
      });
    }

    it('a name of 63 characters', async () => {
      const { code, body } = await send('POST', PATH, sync('n'.repeat(63), everyField));

      expect(code).to.equal(201, body.message);
    });

    it('unknown fields too, but leaves them out', async () => {
      const spec = { ...everyField, branch: 'main', ref: { name: 'refs/pull/1/head' } };

      const { body } = await send('POST', `${PATH}?dryRun=All`, sync('unknown-fields', spec));

      expect(body['spec']).to.deep.equal({ ...everyField, ref: {} });
    });
  });

  describe('refuses what can never be applied', () => {
    for (const { what, name = 'bad', spec, field = '', says } of badSyncs) {
      it(`${what}, and says why`, async () => {
        const { code, body } = await send('POST', PATH, sync(name, spec));

        expect(code).to.equal(422, body.message);
        expect(body.message).to.contain(`${field}: `).and.to.contain(says);
      });
    }

    it('by rules of which each one is met here', () => {
      const definition = JSON.stringify(load(readFileSync(CRD_FILE, 'utf8')));
      const rules = [...definition.matchAll(/"rule":".*?","message":"(.*?)"/g)].map(([, message]) => message);

      expect(rules).not.to.have.length(0);
      for (const message of rules) {
        expect(badSyncs.some(({ says }) => message?.includes(says))).to.equal(true, message);
      }
    });
  });

  describe('keeps a status', () => {
    const write = async (name: string, status: object) => {
      const { body } = await send('POST', PATH, sync(name, everyField));
      return send('PUT', `${PATH}/${name}/status`, { ...body, status });
    };

    it('with every field, and no generation is counted for it', async () => {
      const { code, body } = await write('full-status', fullSyncStatus);

      expect(code).to.equal(200, body.message);
      expect(body['status']).to.deep.equal(fullSyncStatus);
      expect(body['metadata']).to.include({ generation: 1 });
    });

    for (const [list, status] of [
      [
        'inventory.entries',
        { inventory: { ...fullSyncStatus.inventory, entries: oneMore(fullSyncStatus.inventory.entries) } },
      ],
      [
        'failure.faults',
        { failure: { ...fullSyncStatus.failure, faults: oneMore(fullSyncStatus.failure.faults) } },
      ],
      [
        'heldPrune.objects',
        { heldPrune: { ...fullSyncStatus.heldPrune, objects: oneMore(fullSyncStatus.heldPrune.objects) } },
      ],
      ['kept', { kept: oneMore(fullSyncStatus.kept) }],
    ] as const) {
      it(`only as long as ${list} is within its bound`, async () => {
        const { code, body } = await write(`long-${list.toLowerCase()}`, status);

        expect(code).to.equal(422);
        expect(body.message).to.contain(`status.${list}: Too many: `);
      });
    }
  });

  describe('tells kubectl', () => {
    it('in one line what is applied and why it is not well', async () => {
      const table = await server.kubectl(['get', 'gsync', 'full-status']);

      const [head = '', line = ''] = table.stdout.split('\n');
      expect(head.split(/\s+/)).to.deep.equal([
        ...['NAME', 'READY', 'STATUS', 'REVISION', 'OBJECTS', 'SUSPENDED', 'AGE'],
      ]);
      expect(line.split(/\s{2,}/).slice(0, -1)).to.deep.equal([
        'full-status',
        'False',
        '12 documents cannot be applied',
        `main@sha1:${'1'.repeat(40)}`,
        '200',
        'true',
      ]);
    });

    it('with -o wide whose commit it is too', async () => {
      const table = await server.kubectl(['get', 'gitsync', 'full-status', '-o', 'wide']);

      expect(table.stdout)
        .to.contain('Ada <ada@example.com>')
        .and.to.contain('Raise replicas')
        .and.to.contain('https://git.example.com/org/deploy.git');
    });

    it('what a field means and what holds without it', async () => {
      // The API server publishes the schema of a new kind a moment after it serves it.
      const explained = await eventually(async () => {
        const { stdout, stderr } = await server.kubectl(['explain', 'gitsyncs.spec.interval']);
        expect(stderr).to.equal('');
        return stdout.replaceAll(/\s+/g, ' ');
      });

      expect(explained).to.contain('from 1s to 24h').and.to.contain('Default: 1m.');
    });
  });
});

function oneMore<T>(list: readonly T[]): readonly T[] {
  return [...list, ...list.slice(0, 1)];
}
