import { expect } from 'chai';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { redactField, redactText } from '../../../src/telemetry/redact.ts';

describe('redactText', () => {
  const rows: readonly [what: string, text: string, shown: string][] = [
    ['user and password of a URL', 'clone https://me:hunter2@host/x', 'clone https://***@host/x'],
    ['a token that is the user of a URL', 'https://ghp_abc@github.com/o/r', 'https://***@github.com/o/r'],
    ['a password with an at sign', 'https://me:a@b@host/x', 'https://***@host/x'],
    ['a password in an ssh URL', 'ssh://git:pw@host/x', 'ssh://***@host/x'],
    [
      'a token in a query',
      'GET https://h/x?a=1&access_token=abc&b=2',
      'GET https://h/x?a=1&access_token=***&b=2',
    ],
    ['a signed URL', 'https://h/x?X-Amz-Signature=abc#f', 'https://h/x?X-Amz-Signature=***#f'],
    ['a bearer token', 'header Authorization: Bearer abc.def-ghi', 'header Authorization: Bearer ***'],
    ['basic credentials', '{"authorization":"Basic dTpw"}', '{"authorization":"Basic ***"}'],
    ['a bearer token without its header', 'got Bearer abcdefghijklmnopqrstuvwxyz', 'got Bearer ***'],
    ['a JSON web token', 'token eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM.c2lnbmF0dXJl end', 'token *** end'],
    ['an assignment', 'password=abc token=def', 'password=*** token=***'],
  ];
  for (const [what, text, shown] of rows) {
    it(`takes out ${what}`, () => {
      expect(redactText(text)).to.equal(shown);
    });
  }

  it('takes out a private key, also one that is cut off', () => {
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\ndef\n-----END OPENSSH PRIVATE KEY-----';

    expect(redactText(`a ${key} b`)).to.equal('a *** b');
    expect(redactText(`a ${key.slice(0, 45)}`)).to.equal('a ***');
  });

  for (const text of [
    'ssh://git@host:2222/org/repo',
    'git@github.com:org/repo',
    'https://host/path@1.2.3?version=1',
    "could not find username key in secret 'ns/name'",
    'authorization failed for the token of team-a',
    'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
  ]) {
    it(`leaves "${text}" as it is`, () => {
      expect(redactText(text)).to.equal(text);
    });
  }

  it('is done in no time with a megabyte of anything', () => {
    for (const unit of [
      'a',
      'a:',
      'https://',
      '@',
      'eyJaaaaaaaa.',
      '-----BEGIN PRIVATE KEY-----',
      '?key=',
      'bearer ',
    ]) {
      const start = performance.now();
      redactText(unit.repeat(1_000_000 / unit.length));
      expect(performance.now() - start, unit).to.be.below(500);
    }
  });
});

describe('redactField', () => {
  for (const key of [
    'password',
    'PASSWORD',
    'dbPassword',
    'token',
    'access_token',
    'apiKey',
    'api-key',
    'secret',
  ]) {
    it(`hides the value of ${key}`, () => {
      expect(redactField(key, 'abc')).to.equal('***');
    });
  }

  for (const key of ['secretName', 'secretRef', 'tokenFile', 'key', 'keys', 'release', 'passes']) {
    it(`shows the value of ${key}`, () => {
      expect(redactField(key, 'abc')).to.equal('abc');
    });
  }

  it('shows whether there is a secret, but no number that may be one', () => {
    expect(redactField('token', true)).to.equal(true);
    expect(redactField('password', 1234)).to.equal('***');
  });
});

describe('redaction in the logger', () => {
  for (const format of ['fmt', 'json'] as const) {
    it(`reaches message, fields and what a child carries (${format})`, () => {
      let out = '';
      const log = createLogger({ format, level: 'info', write: (line) => (out += line) });

      log
        .child({ url: 'https://me:hunter2@host', token: 'hunter2' })
        .error('cannot reach https://me:hunter2@host', { password: 'hunter2', why: 'password=hunter2' });

      expect(out).to.contain('https://***@host');
      expect(out).not.to.contain('hunter2');
    });
  }
});
