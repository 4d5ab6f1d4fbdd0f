import { expect } from 'chai';
import { describe, it } from 'mocha';
import { asEnvironment, credentialsText, remoteSettings } from '../../../src/git/config.ts';
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

  it('bind credentials to one address', () => {
    const basic = Buffer.from('ä:p').toString('base64');

    expect(credentialsText('https://git.example/a"\\.git', { username: 'ä', password: 'p' })).to.equal(
      `[http "https://git.example/a\\"\\\\.git"]\n  extraHeader = "Authorization: Basic ${basic}"\n`,
    );
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
