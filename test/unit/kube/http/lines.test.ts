import { expect } from 'chai';
import fc from 'fast-check';
import { createLineSplitter } from '../../../../src/kube/http/lines.ts';

describe('the line splitter', () => {
  it('finds the same lines however the bytes are cut, also inside a character', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\n'));
    fc.assert(
      fc.property(
        fc.array(line),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        (lines, sizes) => {
          const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''), 'utf8');
          const splitter = createLineSplitter();
          const found: string[] = [];

          for (let at = 0, i = 0; at < bytes.length; i += 1) {
            const size = sizes[i % sizes.length] ?? 1;
            found.push(...splitter.push(bytes.subarray(at, at + size)));
            at += size;
          }

          expect(found).to.deep.equal(lines);
          expect(splitter.end()).to.equal('');
        },
      ),
    );
  });

  it('never takes an unfinished line for a line', () => {
    const splitter = createLineSplitter();

    expect(splitter.push(Buffer.from('{"a":1}\n{"b":'))).to.deep.equal(['{"a":1}']);
    expect(splitter.end()).to.equal('{"b":');
  });

  it('refuses a line without end instead of filling the memory', () => {
    const splitter = createLineSplitter(10);
    splitter.push(Buffer.from('12345'));

    expect(() => splitter.push(Buffer.from('678901'))).to.throw('longer than 10 bytes');
  });

  it('skips empty lines, which some proxies send to keep a connection alive', () => {
    expect(createLineSplitter().push(Buffer.from('\n\na\n\n'))).to.deep.equal(['a']);
  });
});
