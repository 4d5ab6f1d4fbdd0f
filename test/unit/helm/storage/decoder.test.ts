import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decodeRelease, StorageError } from '../../../../src/helm/storage/codec.ts';
import { createDecoder } from '../../../../src/helm/storage/decoder.ts';
import { encoded, RECORD } from './encoded.ts';

const { signal } = new AbortController();
/** Does not get smaller by gzip. */
const noise = randomBytes(400_000).toString('base64');
const recordWith = (changes: object): string =>
  encoded(JSON.stringify({ ...(JSON.parse(RECORD) as object), ...changes }));

describe('a large record of Helm', () => {
  const decode = createDecoder();

  it('is read in a thread as a small one is read here', async () => {
    const record = recordWith({ config: { noise } });

    expect(await decode(record, signal)).to.deep.equal(await decodeRelease(record));
  });

  it('lets the event loop go on meanwhile', async () => {
    const data = Buffer.alloc(8_000_000, 'text').toString('base64');
    const record = recordWith({ config: { noise }, chart: { templates: [{ name: 'x', data }] } });
    const before = performance.eventLoopUtilization();

    await decode(record, signal);

    expect(performance.eventLoopUtilization(before).utilization).to.be.below(0.3);
  });

  it('says what is wrong with it', async () => {
    const damaged = encoded(JSON.stringify({ name: 7, noise }));

    const error: unknown = await decode(damaged, signal).catch((caught: unknown) => caught);

    expect(error).to.be.instanceOf(StorageError);
    expect(error).to.have.property('message', 'the record that Helm stored is damaged at name');
  });

  it('is read one at a time, and not at all for who does not want it any more', async () => {
    const records = Array.from({ length: 4 }, () => recordWith({ config: { noise } }));
    let most = 0;
    const look = setInterval(() => (most = Math.max(most, threads())), 1);
    const leaving = new AbortController();

    const reading = records.map((record, at) => decode(record, at === 3 ? leaving.signal : signal));
    leaving.abort(new Error('gone'));

    const ended = await Promise.allSettled(reading);
    clearInterval(look);
    expect(ended.map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    expect(most).to.equal(1);
  });
});

function threads(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Worker' || kind === 'MessagePort')
    .length;
}
