import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseRelease } from '../../../../src/helm/storage/codec.ts';
import { createPayloadReader } from '../../../../src/release/observe/payloads.ts';

const { signal } = new AbortController();
const OBJECTS = 9_999;
const manifest = Array.from(
  { length: OBJECTS },
  (_, at) => `---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config-${String(at)}\n`,
).join('');
const stored = parseRelease(
  JSON.stringify({ name: 'web', namespace: 'shop', version: 1, info: {}, manifest }),
  'the record',
);

describe('what is kept of stored revisions', () => {
  const reads: string[] = [];
  const read = createPayloadReader({
    read: (_namespace, name) => {
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
