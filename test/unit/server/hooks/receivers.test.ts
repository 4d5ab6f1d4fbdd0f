import { expect } from 'chai';
import { readReceiver } from '../../../../src/server/hooks/receivers.ts';
import { SIGNING_KEY } from './support.ts';

const data = (values: Readonly<Record<string, string>>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)]));

const read = (type: string, values: Readonly<Record<string, string>>): unknown => {
  const found = readReceiver(type, data(values));
  return found.kind === 'refused' ? found.why : [found.receiver.type, found.receiver.key.toString()];
};

describe('a receiver', () => {
  it('has the key of its Secret, without the line feed at the end', () => {
    expect(read('github', { token: 'secret' })).to.deep.equal(['github', 'secret']);
    expect(read('github', { token: 'secret\n' })).to.deep.equal(['github', 'secret']);
    expect(read('github', { token: ' secret \r\n' })).to.deep.equal(['github', ' secret ']);
    expect(read('azuredevops', { username: 'me', password: 'secret\n' })).to.deep.equal([
      'azuredevops',
      'me:secret',
    ]);
  });

  it('is refused without a key, and with a type that is none', () => {
    expect(read('github', {})).to.equal('a receiver of github needs the key token');
    expect(read('github', { token: '\n' })).to.equal('a receiver of github needs the key token');
    expect(read('azuredevops', { username: 'me' })).to.contain('needs the keys username and password');
    expect(read('azuredevops', { token: 'secret' })).to.contain('needs the keys username and password');
    for (const type of ['', 'gogs', 'toString', '__proto__']) {
      expect(read(type, { token: 'secret' })).to.contain(`'${type}': it must be one of github, gitlab,`);
    }
  });

  it('is refused with a token that can be guessed where the path is the only proof', () => {
    const long = 'abcdefghijklmnopqrstuvwxyz01234~';
    for (const type of ['quay', 'dockerhub']) {
      expect(read(type, { token: long })).to.deep.equal([type, long]);
      for (const token of [long.slice(1), `${long}/`, `${long}?`, `${long} `, 'x'.repeat(257)]) {
        expect(read(type, { token })).to.contain('the only proof there is');
        expect(read(type, { token })).to.not.contain(token);
      }
    }
  });

  it('is refused with a signing token of GitLab that holds no key', () => {
    expect(read('gitlab', { token: SIGNING_KEY.toString() })).to.deep.equal([
      'gitlab',
      SIGNING_KEY.toString(),
    ]);
    for (const token of ['whsec_', 'whsec_AAAA']) {
      expect(read('gitlab', { token })).to.contain('is cut off');
    }
  });
});
