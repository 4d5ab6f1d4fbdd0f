import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { StorageError } from '../../../../src/helm/storage/codec.ts';
import { createPayloadReader } from '../../../../src/release/observe/payloads.ts';
import { encoded, RECORD } from '../../helm/storage/encoded.ts';

const { signal } = new AbortController();
const OBJECTS = 9_999;
const manifest = Array.from(
  { length: OBJECTS },
  (_, at) => `---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config-${String(at)}\n`,
).join('');
const recordWith = (changes: object): string =>
  encoded(JSON.stringify({ ...(JSON.parse(RECORD) as object), ...changes }));
const stored = recordWith({ manifest });

describe('what is kept of stored revisions', () => {
  const reads: string[] = [];
  const read = createPayloadReader({
    packed: (_namespace, name) => {
      reads.push(name);
      return Promise.resolve(stored);
    },
  });
  const objectsOf = async (releaseName: string, uid = 'uid'): Promise<number | undefined> =>
    (await read({ namespace: 'shop', releaseName }, { revision: 1, uid }, signal))?.objects.length;

  it('is read once for each revision', async () => {
    expect(await objectsOf('web')).to.equal(OBJECTS);
    expect(await objectsOf('web')).to.equal(OBJECTS);
    expect(reads.splice(0)).to.deep.equal(['web']);

    await objectsOf('web', 'of a revision 1 after an uninstall');
    expect(reads.splice(0)).to.deep.equal(['web']);
  });

  it('is bounded by objects, and not by releases: the oldest leaves', async () => {
    for (let at = 0; at < 20; at += 1) await objectsOf(`large-${String(at)}`);
    reads.splice(0);

    await objectsOf('large-19');
    await objectsOf('large-1');
    expect(reads).to.deep.equal([]);
    await objectsOf('web');
    expect(reads).to.deep.equal(['web']);
  }).timeout(10_000);
});

describe('a large record of Helm', () => {
  const payloadOf = (packed: string) =>
    createPayloadReader({ packed: () => Promise.resolve(packed) })(
      { namespace: 'shop', releaseName: 'web' },
      { revision: 1, uid: 'uid' },
      signal,
    );
  /** Does not get smaller by gzip. */
  const noise = randomBytes(400_000).toString('base64');
  const WITH_SECRET = { manifest: 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: password\n' };

  it('is read in a thread as a small one is read here', async () => {
    const small = await payloadOf(recordWith(WITH_SECRET));
    const large = await payloadOf(
      recordWith({ ...WITH_SECRET, chart: { templates: [{ name: 'x', data: noise }] } }),
    );

    expect(large).to.deep.equal(small);
    expect(large).to.include({ hasHooks: true, applyMethod: 'server', hasSecrets: true });
    expect(large?.objects).to.deep.equal([
      { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'password' },
    ]);
  });

  it('lets the event loop go on meanwhile', async () => {
    const texts = Array.from({ length: 4_000 }, (_, at) => `${String(at)} ${'text '.repeat(500)}`);
    const packed = recordWith({ config: { texts, noise } });
    const before = performance.eventLoopUtilization();

    await payloadOf(packed);

    expect(performance.eventLoopUtilization(before).utilization).to.be.below(0.3);
  });

  it('says what is wrong with it', async () => {
    const damaged = encoded(JSON.stringify({ name: 7, noise }));

    const error: unknown = await payloadOf(damaged).catch((caught: unknown) => caught);

    expect(error).to.be.instanceOf(StorageError);
    expect(error).to.have.property('message', 'the record that Helm stored is damaged at name');
  });
});
