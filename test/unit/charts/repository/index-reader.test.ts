import { expect } from 'chai';
import { createIndexReader } from '../../../../src/charts/repository/index-reader.ts';

const signal = new AbortController().signal;

/** Over a megabyte, so that a thread reads it. */
const large = (form: 'yaml' | 'json'): Buffer => {
  const entries = Object.fromEntries(
    Array.from({ length: 200 }, (_, at) => [
      `chart-${String(at)}`,
      [{ version: '1.0.0', description: 'x'.repeat(8_000) }],
    ]),
  );
  if (form === 'json') return Buffer.from(JSON.stringify({ apiVersion: 'v1', entries }));
  const blocks = Object.entries(entries).map(
    ([name, [entry]]) => `  ${name}:\n  - version: 1.0.0\n    description: ${entry?.description ?? ''}\n`,
  );
  return Buffer.from(`apiVersion: v1\nentries:\n${blocks.join('')}`);
};

describe('createIndexReader', () => {
  for (const form of ['yaml', 'json'] as const) {
    it(`reads a large index of ${form} in a thread, and the event loop goes on meanwhile`, async () => {
      const reader = createIndexReader();
      let turns = 0;
      const ticking = setInterval(() => (turns += 1), 1);

      const cut = await reader.cut(large(form), signal);
      clearInterval(ticking);

      expect(turns).to.be.greaterThan(2);
      expect(cut.charts.size).to.equal(200);
      const range = cut.charts.get('chart-7');
      const part = cut.bytes.subarray(range?.start, range?.end);
      expect(await reader.read(part, cut.form, signal)).to.deep.equal([{ version: '1.0.0' }]);
    });
  }

  it('gives back from the thread what is wrong with an index', async () => {
    const caught: unknown = await createIndexReader()
      .cut(Buffer.concat([Buffer.from('{'), large('yaml')]), signal)
      .catch((error: unknown) => error);

    expect(caught)
      .to.have.property('message')
      .that.matches(/^is not YAML: /);
  });

  it('ends the thread when it is aborted', async () => {
    const stop = new AbortController();
    const reading = createIndexReader().cut(large('json'), stop.signal);
    stop.abort(new Error('stopping'));

    const caught: unknown = await reading.catch((error: unknown) => error);
    expect(caught).to.have.property('message', 'stopping');
  });
});
