import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { tool } from '../../hack/testenv/testenv.ts';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { run } from '../support/run.ts';
import { openBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { expectTrouble } from './trouble.ts';
import { webChartFile, webRelease } from './world.ts';

const NAMESPACE = 'values';
const SECRET_WORD = 'hunter2-of-the-database';
/** Shows the values as the templates get them, the chart's own ones included. */
const SHOW_VALUES = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-values
data:
  values: {{ omit .Values "global" | toJson | quote }}
`;

type Texts = Readonly<Record<string, string>>;

describe('values', function () {
  this.timeout(90_000);
  let bench: Bench;
  let web: Server;
  let url: string;

  before(async () => {
    web = createServer(({ url: path }, response) => {
      if (path === '/good.yaml') response.end('order: url\nfromUrl: yes\n');
      else if (path === '/large.yaml') response.end(`# ${'x'.repeat(1024 * 1024)}\n`);
      else if (path === '/elsewhere.yaml') response.writeHead(302, { location: 'http://localhost:1/' }).end();
      else if (path !== '/silent.yaml') response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(web, 'listening');
    url = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}`;
    bench = await openBench({ namespace: NAMESPACE, operator: { flags: ['--log-release-diffs'] } });
    await bench.world.commitChart({
      'values.yaml': `${await webChartFile('values.yaml')}\nbanner: from the chart\norder: chart\n`,
      'environments/production.yaml': 'order: file\nfromFile: 0755\n',
      'templates/values.yaml': SHOW_VALUES,
    });
    // It takes its thirty seconds; what comes of it is looked at in the end.
    await release('silent', { valuesFrom: [{ externalSourceRef: { url: `${url}/silent.yaml` } }] });
  });
  after(async () => {
    web.closeAllConnections();
    web.close();
    await (bench as Bench | undefined)?.[Symbol.asyncDispose]();
  });

  const release = (name: string, spec: Partial<HelmReleaseSpec>): Promise<void> =>
    bench.apply(webRelease(bench.world, NAMESPACE, name, { releaseName: name, ...spec }));
  const configMap = (name: string, data: Texts): Promise<void> =>
    bench.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE }, data });
  const secret = (name: string, stringData: Texts): Promise<void> =>
    bench.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE }, stringData });
  const untilRevision = async (name: string, revision: number): Promise<HelmRelease> => {
    await bench.world.until(NAMESPACE, name, ({ status }) => {
      expect(status?.deployed?.revision).to.equal(revision);
    });
    return await bench.untilReady(name);
  };
  /** The user's values, as helm itself tells them. */
  const helmValues = async (name: string): Promise<unknown> => {
    const { helm, cluster } = bench.world;
    const args = ['get', 'values', name, '-n', NAMESPACE, '-o', 'json', `--kubeconfig=${cluster.kubeconfig}`];
    return JSON.parse(await run(helm, args)) as unknown;
  };
  const next = async (name: string): Promise<{ toRevision: number; before: unknown }> => {
    const { status } = await bench.world.release(NAMESPACE, name);
    return { toRevision: (status?.deployed?.revision ?? 0) + 1, before: await helmValues(name) };
  };

  const renderedValues = async (name: string): Promise<Readonly<Record<string, unknown>>> => {
    const found = await bench.world.cluster.get<{ data: { values: string } }>(
      'configmaps',
      `${name}-values`,
      NAMESPACE,
    );
    return JSON.parse(found?.data.values ?? '{}') as Record<string, unknown>;
  };

  /** A Secret of before `valuesFrom`, a ConfigMap, and another Secret. */
  const sourcesOf = (name: string) => [`${name}-old`, `${name}-settings`, `${name}-db`] as const;

  async function fromAllSources(name: string): Promise<void> {
    const [old, settings, db] = sourcesOf(name);
    await secret(old, {
      'values.yaml': `order: old\nfromOld: true\nnested: {a: old, b: old}\nlist: [1, 2]`,
    });
    await configMap(settings, {
      'custom.yaml': 'order: map\nfromMap: on\nbanner: null\nnested: {b: map, c: map, d: null}',
    });
    await secret(db, { 'values.yaml': `order: secret\npassword: ${SECRET_WORD}\nlist: [3]` });

    await release(name, {
      valueFileSecrets: [{ name: old }],
      valuesFrom: [
        { configMapKeyRef: { name: settings, key: 'custom.yaml' } },
        { secretKeyRef: { name: db } },
        { externalSourceRef: { url: `${url}/good.yaml` } },
        { chartFileRef: { path: 'environments/production.yaml' } },
      ],
      values: { nested: { c: 'inline' }, replicas: 1 },
    });
    await bench.untilReady(name);

    expect(await helmValues(name)).to.deep.equal({
      order: 'file',
      fromOld: true,
      fromMap: true,
      fromUrl: true,
      fromFile: 493,
      password: SECRET_WORD,
      list: [3],
      nested: { a: 'old', b: 'map', c: 'inline', d: null },
      banner: null,
      replicas: 1,
    });
    const rendered = await renderedValues(name);
    expect(rendered).to.include({ order: 'file', image: 'web:1.0' });
    expect(rendered, 'a null takes away what the chart has').not.to.have.property('banner');
  }

  it('come from all kinds of sources in their order, the inline ones last', () => fromAllSources('all'));

  async function withNulls(name: string): Promise<void> {
    await configMap('few', { 'values.yaml': 'image: web:2.0\nfromMap: true' });
    await release(name, { valuesFrom: [{ configMapKeyRef: { name: 'few' } }], values: {} });
    await untilRevision(name, 1);

    // kubectl apply would leave them out before anybody sees them.
    const nulls = ['banner', 'fromMap'].map((key) => ({
      op: 'add',
      path: `/spec/values/${key}`,
      value: null,
    }));
    await bench.world.cluster.kubectl(
      ...['patch', 'hr', name, '-n', NAMESPACE, '--type=json', '-p', JSON.stringify(nulls)],
    );
    await untilRevision(name, 2);

    expect(await helmValues(name)).to.deep.equal({ image: 'web:2.0', banner: null, fromMap: null });
    const rendered = await renderedValues(name);
    expect(rendered).to.include({ fromMap: null }).and.not.have.property('banner');
  }

  it('that are null in spec.values take away what the chart or a source has', () => withNulls('nulls'));

  it('are left out where they are optional and cannot be had', async () => {
    await configMap('odd', { 'list.yaml': '- a list', 'broken.yaml': 'a: [', 'good.yaml': 'good: true' });

    await release('optional', {
      valuesFrom: [
        { configMapKeyRef: { name: 'no-such-map', optional: true } },
        { secretKeyRef: { name: 'no-such-secret', optional: true } },
        { configMapKeyRef: { name: 'odd', key: 'no-such-key', optional: true } },
        { configMapKeyRef: { name: 'odd', key: 'list.yaml', optional: true } },
        { configMapKeyRef: { name: 'odd', key: 'broken.yaml', optional: true } },
        { externalSourceRef: { url: `${url}/missing.yaml`, optional: true } },
        { chartFileRef: { path: 'no/such/file.yaml', optional: true } },
        { configMapKeyRef: { name: 'odd', key: 'good.yaml', optional: true } },
      ],
    });
    await bench.untilReady('optional');

    expect(await helmValues('optional')).to.deep.equal({ good: true });
  });

  for (const [kind, put] of [
    ['ConfigMap', () => configMap('all-settings', { 'custom.yaml': 'order: map\nfromMap: new' })],
    ['Secret', () => secret('all-db', { 'values.yaml': `password: ${SECRET_WORD}-new` })],
  ] as const) {
    it(`of a ${kind} that changes are on their way within two seconds`, async () => {
      const { toRevision, before: were } = await next('all');

      await put();

      await eventually(async () => {
        const { status } = await bench.world.release(NAMESPACE, 'all');
        const newest = Math.max(status?.operation?.toRevision ?? 0, status?.deployed?.revision ?? 0);
        expect(newest).to.equal(toRevision);
      }, 2_000);
      await untilRevision('all', toRevision);
      expect(await helmValues('all')).not.to.deep.equal(were);
    });
  }

  it('that an upgrade changes are in the log with --log-release-diffs, but nothing of a Secret', () => {
    const diffs = bench.operator
      .log()
      .split('\n')
      .filter((line) => line.includes('difference detected during release comparison'))
      .map((line) => JSON.parse(line) as { release: string; diff: string })
      .filter((line) => line.release === 'all')
      .map(({ diff }) => diff.split('\n'));

    expect(diffs).to.deep.equal([
      // What the ConfigMap has no more comes from a Secret now, and so does what the other Secret has no more.
      [
        '- values.banner',
        '~ values.fromMap: *** -> "new"',
        '~ values.nested.b: *** -> ***',
        '- values.nested.d',
      ],
      ['~ values.list[0]: *** -> ***', '+ values.list[1]: ***', '~ values.password: *** -> ***'],
    ]);
    expect(bench.operator.log()).not.to.include('hunter2');
  });

  async function resetOrNot(name: string): Promise<void> {
    await release(name, { values: { first: 1, nested: { a: 1 } } });
    await untilRevision(name, 1);

    await release(name, { values: { second: 2, nested: { b: 2 } }, resetValues: false });
    await untilRevision(name, 2);
    expect(await helmValues(name)).to.deep.equal({ first: 1, second: 2, nested: { a: 1, b: 2 } });

    await release(name, { values: { second: 2, nested: { b: 2 } }, resetValues: true });
    await untilRevision(name, 3);
    expect(await helmValues(name)).to.deep.equal({ second: 2, nested: { b: 2 } });

    await release(name, { values: { third: 3 } });
    await untilRevision(name, 4);
    expect(await helmValues(name)).to.deep.equal({ third: 3 });
  }

  it('are all anew with every upgrade, or with resetValues: false added to those of the last one', () =>
    resetOrNot('kept'));

  it('are not read from files outside of the chart, nor from where nobody should be asked', async () => {
    const file = (path: string): Partial<HelmReleaseSpec> => ({ valuesFrom: [{ chartFileRef: { path } }] });
    const from = (address: string): Partial<HelmReleaseSpec> => ({
      valuesFrom: [{ externalSourceRef: { url: address } }],
    });
    const rows: Readonly<Record<string, readonly [Partial<HelmReleaseSpec>, RegExp]>> = {
      above: [
        file('../web/values.yaml'),
        /chart file \.\.\/web\/values\.yaml: .*inside the chart, without \.\./,
      ],
      root: [file('/etc/hostname'), /chart file \/etc\/hostname: .*inside the chart/],
      metadata: [from('http://169.254.169.254/latest/meta-data/'), /169\.254\.169\.254.*link-local/],
      large: [from(`${url}/large.yaml`), /sends more than 1 MiB, the limit for one source of values/],
      elsewhere: [
        from(`${url}/elsewhere.yaml`),
        /redirects to another host or scheme, which is not followed/,
      ],
    };
    for (const [name, [spec]] of Object.entries(rows)) await release(name, spec);

    for (const [name, [, says]] of Object.entries(rows)) {
      await expectTrouble(bench, name, { step: 'values', says: [says], stalled: false });
      expect(await bench.world.revisions(NAMESPACE, name)).to.deep.equal([]);
    }
  });

  it('are not waited for for ever where a host does not answer', async () => {
    const says = [`${url}/silent.yaml did not answer in 30 s`];
    await expectTrouble(bench, 'silent', { step: 'values', says, stalled: false }, 40_000);
  });

  describe('with helm 3', () => {
    let operator: OperatorProcess;

    before(async () => {
      expect(await bench.operator.stop()).to.equal(0);
      operator = await bench.world.operator({ helm: await tool('helm3') });
    });
    after(() => operator.stop());

    it('come from all kinds of sources in their order, the inline ones last', () => fromAllSources('all-3'));
    it('that are null in spec.values take away what the chart or a source has', () => withNulls('nulls-3'));
    it('are all anew with every upgrade, or with resetValues: false added to those of the last one', () =>
      resetOrNot('kept-3'));
  });
});
