import { expect } from 'chai';
import { describe, it } from 'mocha';
import { secretLeaves } from '../../../src/values/mask.ts';

describe('the texts of Secret-sourced values that must not be shown', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  it('are the leaves, at any depth, as they are and as base64', () => {
    const leaves = secretLeaves([
      { db: { password: 's3cr3t-word', hosts: ['h0st-one', { port: 'x' }] } },
      { token: 'tok-123' },
    ]);

    expect(leaves).to.have.members([
      ...['s3cr3t-word', 'h0st-one', 'tok-123'].flatMap((text) => [text, base64(text)]),
    ]);
  });

  it('begin with the longest, so that no shorter one leaves a piece of it', () => {
    const leaves = secretLeaves([{ a: 'password', b: 'password-and-more' }]);

    expect(leaves.map((text) => text.length)).to.deep.equal(
      leaves.map((text) => text.length).toSorted((a, b) => b - a),
    );
  });

  it('are neither words that stand for nothing secret, nor short, nor small numbers', () => {
    expect(
      secretLeaves([
        { a: true, b: 'true', c: 'abc', d: 8080, e: '5432', f: null, g: '', h: 'False', i: '   \n' },
      ]),
    ).to.deep.equal([]);
  });

  it('hold a long number in every form that helm writes it in', () => {
    expect(secretLeaves([{ pin: 12345678, id: 9007199254740993n }])).to.include.members([
      '12345678',
      '1.2345678e+07',
      base64('12345678'),
      '9007199254740993',
    ]);
  });

  it('hold each line of a text, the text without its line end and as JSON shows it', () => {
    const pem = '-----BEGIN KEY-----\nMIIBVgIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n';

    expect(secretLeaves([{ pem }])).to.include.members([
      pem,
      pem.trim(),
      'MIIBVgIBADANBg',
      'kqhkiG9w0BAQEF',
      pem.replaceAll('\n', '\\n'),
      base64(pem),
    ]);
  });

  it('stay bounded', () => {
    const many = Array.from({ length: 200_000 }, (_, at) => `secret-${String(at)}`);

    expect(secretLeaves([{ many }]).length).to.be.below(20_010);
  });
});
