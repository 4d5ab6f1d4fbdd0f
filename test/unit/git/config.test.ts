import { expect } from 'chai';
import { describe, it } from 'mocha';
import { asEnvironment, accessText, remoteSettings } from '../../../src/git/config.ts';
import { createMemo } from '../../../src/git/memo.ts';

describe('settings of git', () => {
  it('go into the environment by number', () => {
    expect(
      asEnvironment([
        ['a.b', '1'],
        ['a.b', '2'],
      ]),
    ).to.deep.equal({
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'a.b',
      GIT_CONFIG_VALUE_0: '1',
      GIT_CONFIG_KEY_1: 'a.b',
      GIT_CONFIG_VALUE_1: '2',
    });
  });

  it('name the file with the credentials, and put aside those of others', () => {
    const address = 'https://git.example/app.git';

    expect(remoteSettings(address, undefined)).to.deep.equal([['remote.origin.url', address]]);
    expect(remoteSettings(address, '/srv/credentials')).to.deep.equal([
      ['remote.origin.url', address],
      ['credential.helper', ''],
      [`http.${address}.extraHeader`, ''],
      ['include.path', '/srv/credentials'],
    ]);
  });

  describe('bind to one address', () => {
    const address = 'https://git.example/a"\\.git';
    const head = '[http "https://git.example/a\\"\\\\.git"]\n';

    it('a user with a password', () => {
      const header = `Basic ${Buffer.from('ä:p').toString('base64')}`;

      expect(accessText(address, { basic: { username: 'ä', password: 'p' } }, undefined)).to.equal(
        `${head}  extraHeader = "Authorization: ${header}"\n`,
      );
    });

    it('a token', () => {
      expect(accessText(address, { bearer: 'abc' }, undefined)).to.equal(
        `${head}  extraHeader = "Authorization: Bearer abc"\n`,
      );
    });

    it('whom to trust', () => {
      expect(accessText(address, {}, '/srv/ca')).to.equal(`${head}  sslCAInfo = "/srv/ca"\n`);
    });
  });
});

describe('a memo', () => {
  it('finds once, forgets failures, and drops the oldest', async () => {
    const memo = createMemo<string>(2);
    const finds: string[] = [];
    const get = (key: string): Promise<string> =>
      memo.get(key, new AbortController().signal, () => {
        finds.push(key);
        return key === 'bad' ? Promise.reject(new Error('bad')) : Promise.resolve(key.toUpperCase());
      });

    await Promise.all([get('a'), get('a')]);
    await get('bad').catch(() => undefined);
    await get('bad').catch(() => undefined);
    await get('b');
    await get('c'); // a goes
    await get('b');
    const again = await get('a');

    expect(finds).to.deep.equal(['a', 'bad', 'bad', 'b', 'c', 'a']);
    expect(again).to.equal('A');
  });
});
