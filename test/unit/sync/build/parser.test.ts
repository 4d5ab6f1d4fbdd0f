import { performance } from 'node:perf_hooks';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { FileContent } from '../../../../src/git/files.ts';
import { parseFile } from '../../../../src/sync/build/documents.ts';
import { createParser, type FileParsed } from '../../../../src/sync/build/parser.ts';
import { configMap, type Files, filesOf, repositoryOf } from './repository.ts';

const { signal } = new AbortController();

const all = async (results: AsyncIterable<FileParsed>): Promise<readonly FileParsed[]> => {
  const found: FileParsed[] = [];
  for await (const result of results) found.push(result);
  return found;
};

const parsed = (files: Files, parser = createParser(), within = signal): Promise<readonly FileParsed[]> =>
  all(parser.parse(filesOf(files), repositoryOf(files).read, within));

const many = (count: number, text: (at: number) => string): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${String(at)}.yaml`, text(at)]));

const hereOf = (files: Files): readonly FileParsed[] =>
  filesOf(files).map((file) => ({
    file,
    parsed: parseFile({ path: file.path, bytes: Buffer.from(files[file.path] ?? ''), governed: false }),
  }));

describe('many manifests', () => {
  const files = many(300, (at) =>
    at % 50 === 0
      ? `a: ${String(at)}`
      : configMap(`c${String(at)}`, 'data: {long: 9007199254740993, text: ü}\n'),
  );

  it('are read in a thread as a few are read here', async () => {
    expect(await parsed(files)).to.deep.equal(hereOf(files));
  });

  it('let the event loop go on meanwhile', async () => {
    const large = many(4, (at) => configMap(`c${String(at)}`, `data:\n${'  "key": value\n'.repeat(40_000)}`));
    const before = performance.eventLoopUtilization();

    const results = await parsed(large);

    expect(results.flatMap((result) => result.parsed.documents)).to.have.lengthOf(4);
    expect(performance.eventLoopUtilization(before).utilization).to.be.below(0.5);
  }).timeout(20_000);

  it('are read once', async () => {
    const parser = createParser();
    await parsed(files, parser);

    const again = await all(
      parser.parse(
        filesOf(files),
        () => {
          throw new Error('read again');
        },
        signal,
      ),
    );

    expect(again).to.have.lengthOf(300);
  });

  it('are read again where there is no room to remember them', async () => {
    const parser = createParser(10_000);
    await parsed(files, parser);

    expect(await parsed(files, parser)).to.have.lengthOf(300);
  });

  it('are not read for who does not want them any more', async () => {
    const leaving = new AbortController();
    const reading = parsed(files, createParser(), leaving.signal);
    leaving.abort(new Error('gone'));

    const error: unknown = await reading.catch((caught: unknown) => caught);

    expect(error).to.have.property('message', 'gone');
  });

  it('are handed over without the bytes around them', async () => {
    const window = (text: string): Buffer =>
      Buffer.concat([Buffer.alloc(100), Buffer.from(text)]).subarray(100);
    const read = async function* (): AsyncGenerator<FileContent> {
      for (const file of filesOf(files)) {
        yield await Promise.resolve({ file, bytes: window(String(files[file.path])) });
      }
    };

    const results = await all(createParser().parse(filesOf(files), read, signal));

    expect(results).to.deep.equal(hereOf(files));
  });

  it('are read in a thread when they come from elsewhere, too', async () => {
    const text = Array.from({ length: 20_000 }, (_, at) => configMap(`c${String(at)}`)).join('---\n');
    const file = { path: 'k/kustomization.yaml', bytes: Buffer.from(text), governed: true };

    const { documents, faults } = await createParser().parseOne(file, signal);

    expect(faults).to.deep.equal([]);
    expect(documents).to.have.lengthOf(20_000);
  }).timeout(20_000);
});
