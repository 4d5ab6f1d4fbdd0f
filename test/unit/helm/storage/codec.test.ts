import { expect } from 'chai';
import fc from 'fast-check';
import { gunzipSync } from 'node:zlib';
import { decodeRelease, StorageError, withStatus } from '../../../../src/helm/storage/codec.ts';
import { encoded, RECORD } from './encoded.ts';

function textOf(data: string): string {
  return gunzipSync(Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64')).toString('utf8');
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
}

describe('decodeRelease', () => {
  it('reads what Helm 4 stored', async () => {
    const release = await decodeRelease(encoded(RECORD));

    expect(release).to.deep.include({ name: 'web', namespace: 'shop', version: 7, applyMethod: 'server' });
    expect(release.info).to.deep.equal({
      status: 'deployed',
      description: 'Upgrade complete',
      firstDeployed: '2026-11-23T01:00:00Z',
      lastDeployed: '2026-11-23T02:00:00Z',
    });
    expect(release.chart).to.deep.equal({
      metadata: { name: 'web', version: '0.1.0', apiVersion: 'v2' },
      values: { text: 'hello' },
      templates: [{ name: 'templates/x.yaml', data: 'e30=' }],
    });
    expect(release.config).to.deep.equal({ replicas: 2, info: { status: 'mine' } });
    expect(release.hooks).to.deep.equal([
      {
        ...{ name: 'web-test', kind: 'Pod', path: 'x', manifest: 'kind: Pod', events: ['test'] },
        lastRun: { startedAt: '2026-11-23T02:00:00Z', phase: 'Failed' },
      },
    ]);
  });

  it('takes what Helm 3 leaves out for what it means', async () => {
    const release = await decodeRelease(
      encoded('{"name":"web","version":1,"info":{"status":"failed"},"config":null}'),
    );

    expect(release.applyMethod).to.equal('client');
    expect(release.info.status).to.equal('failed');
    expect(release).to.deep.include({
      namespace: '',
      manifest: '',
      hooks: [],
      config: {},
      configText: 'null',
    });
  });

  it('reads old records that are not zipped', async () => {
    expect(await decodeRelease(encoded(RECORD, false))).to.have.property('name', 'web');
  });

  it('keeps the digits of user values that a number cannot hold', async () => {
    const json = '{"name":"web","version":1,"info":{},"config":{"id":12345678901234567890}}';

    expect(await decodeRelease(encoded(json))).to.have.property('configText', '{"id":12345678901234567890}');
  });

  const damaged = [
    { what: 'nothing', data: '', says: /not JSON/ },
    { what: 'half a record', data: encoded(RECORD).slice(0, 200), says: /damaged/ },
    { what: 'no JSON', data: encoded('name: web'), says: /not JSON/ },
    { what: 'another record', data: encoded('{"name":"web","info":{}}'), says: /damaged at version/ },
    { what: 'a list', data: encoded('[]'), says: /damaged at its top/ },
  ];
  for (const { what, data, says } of damaged) {
    it(`says so when it is given ${what}`, async () => {
      const error = await failureOf(decodeRelease(data));

      expect(error).to.be.instanceOf(StorageError);
      expect((error as Error).message).to.match(says);
    });
  }

  it('does not unpack more than 64 MiB', async () => {
    const bomb = encoded(`{"name":"${'0'.repeat(65 * 1024 * 1024)}"}`);

    expect(await failureOf(decodeRelease(bomb)))
      .to.have.property('message')
      .that.contains('larger than 64 MiB');
  });
});

describe('withStatus', () => {
  it('changes status and description of the release and nothing else', async () => {
    const edited = textOf(
      await withStatus(encoded(RECORD), { status: 'failed', description: 'it is "not" ready' }),
    );

    expect(edited).to.equal(
      RECORD.replace(
        '"description":"Upgrade complete","status":"deployed"',
        '"description":"it is \\"not\\" ready","status":"failed"',
      ),
    );
  });

  it('keeps the description when it is given none', async () => {
    const edited = textOf(await withStatus(encoded(RECORD), { status: 'superseded' }));

    expect(edited).to.equal(RECORD.replace('"status":"deployed"', '"status":"superseded"'));
  });

  it('keeps integers beyond 2^53, the order of keys, escapes and text in any language', async () => {
    const json =
      '{"version":1,"name":"web","config":{"z":9007199254740993,"a":1.0,"m":1e400},"manifest":"\\u003cü€😀\\u2028","info":{"notes":"é","status":"pending-upgrade"}}';

    const edited = textOf(await withStatus(encoded(json), { status: 'failed' }));

    expect(edited).to.equal(json.replace('pending-upgrade', 'failed'));
  });

  it('gives the very same text back when nothing changes', async () => {
    const data = encoded(RECORD);

    expect(await withStatus(data, { status: 'deployed', description: 'Upgrade complete' })).to.equal(data);
  });

  it('leaves an old record without gzip without it', async () => {
    const edited = await withStatus(encoded(RECORD, false), { status: 'failed' });

    expect(
      Buffer.from(Buffer.from(edited, 'base64').toString('latin1'), 'base64').toString('utf8'),
    ).to.contain('"status":"failed"');
  });

  it('can be undone to the byte, whatever the record holds', async () => {
    const values = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(
        values,
        fc.bigInt(),
        fc.string({ unit: 'grapheme' }),
        async (config, id, description) => {
          const record = `{"config":${JSON.stringify(config)},"id":${String(id)},"info":{"status":"deployed","description":"old"}}`;

          const failed = await withStatus(encoded(record), { status: 'failed', description });
          const back = await withStatus(failed, { status: 'deployed', description: 'old' });

          expect(JSON.parse(textOf(failed))).to.have.deep.property('info', { status: 'failed', description });
          expect(textOf(back)).to.equal(record);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('refuses a record that has no info', async () => {
    expect(await failureOf(withStatus(encoded('{"name":"web"}'), { status: 'failed' }))).to.be.instanceOf(
      StorageError,
    );
  });
});
