import { expect } from 'chai';
import {
  DockerConfigError,
  entryFor,
  parseDockerConfig,
} from '../../../../src/charts/access/docker-config.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const config = (auths: object, more: object = {}): string => JSON.stringify({ auths, ...more });
const find = (auths: object, host: string, path = 'charts/web'): unknown =>
  entryFor(parseDockerConfig(config(auths)), host, path)?.credentials;
const named = (name: string): object => ({ username: name, password: 'p' });
const ME = { username: 'me', password: 's3:cret' };

describe('the file of docker login', () => {
  for (const [what, entry, credentials] of [
    ['auth', { auth: base64('me:s3:cret') }, ME],
    ['auth padded with zeros, as old clients wrote it', { auth: base64('me:s3:cret\0\0') }, ME],
    ['username and password', { ...ME, email: 'me@example.com' }, ME],
    ['auth before username', { auth: base64('me:s3:cret'), username: 'other', password: 'x' }, ME],
    ['an identity token', { auth: base64('0000:'), identitytoken: 'tok' }, { identityToken: 'tok' }],
    ['nothing, since a helper keeps it', {}, undefined],
  ] as const) {
    it(`may hold ${what}`, () => {
      expect(find({ 'example.com': entry }, 'example.com')).to.deep.equal(credentials);
    });
  }

  for (const [name, host, path] of [
    ['example.com', 'example.com', 'web'],
    ['https://example.com', 'example.com', 'web'],
    ['https://Example.com/', 'example.com', 'web'],
    ['https://example.com/v1/', 'example.com', 'web'],
    ['https://example.com/v2/team', 'example.com', 'team/web'],
    ['example.com:5000', 'example.com:5000', 'web'],
    ['example.com', 'example.com:443', 'web'],
    ['example.com/team', 'example.com', '/team/web/'],
    ['*.example.com', 'eu.example.com', 'web'],
    ['registry-*.example.com:5000', 'registry-eu.example.com:5000', 'web'],
    ['a*b*c.example.com', 'axbxbxc.example.com', 'web'],
    ['https://index.docker.io/v1/', 'docker.io', 'web'],
    ['docker.io', 'registry-1.docker.io', 'web'],
  ] as const) {
    it(`has ${name} stand for ${host} and ${path}`, () => {
      expect(find({ [name]: ME }, host, path)).to.deep.equal(ME);
    });
  }

  for (const [name, host, path] of [
    ['example.com', 'example.com:5000', 'web'],
    ['example.com', 'example.com.evil.org', 'web'],
    ['example.com', 'www.example.com', 'web'],
    ['*.example.com', 'example.com', 'web'],
    ['*.example.com', 'a.b.example.com', 'web'],
    ['exam.le.com', 'examxle.com', 'web'],
    ['ab*bc.example.com', 'abc.example.com', 'web'],
    ['a*b*c.example.com', 'axc.example.com', 'web'],
    ['example.com/team', 'example.com', 'teams/web'],
    ['example.com/team', 'example.com', ''],
  ] as const) {
    it(`does not have ${name} stand for ${host} and ${JSON.stringify(path)}`, () => {
      expect(find({ [name]: ME }, host, path)).to.equal(undefined);
    });
  }

  it('is quick with a pattern that was made to be slow', () => {
    const name = `${'a*'.repeat(400)}b`;
    const began = performance.now();

    expect(find({ [name]: ME }, 'a'.repeat(5_000))).to.equal(undefined);
    expect(performance.now() - began).to.be.lessThan(500);
  });

  it('prefers the most exact entry, wherever it stands', () => {
    const auths = {
      '*.example.com': named('pattern'),
      'eu.example.com': named('host'),
      'eu.example.com/team': named('team'),
      'eu.example.com/team/web': named('web'),
    };

    expect(find(auths, 'us.example.com')).to.have.property('username', 'pattern');
    expect(find(auths, 'eu.example.com', 'x')).to.have.property('username', 'host');
    expect(find(auths, 'eu.example.com', 'team/db')).to.have.property('username', 'team');
    expect(find(auths, 'eu.example.com', 'team/web')).to.have.property('username', 'web');
  });

  it('has an older form without anything around the entries', () => {
    const old = parseDockerConfig(JSON.stringify({ 'example.com': ME }), 'dockercfg');

    expect(entryFor(old, 'example.com', '')?.credentials).to.deep.equal(ME);
  });

  it('names the helpers that would have to be run', () => {
    const text = config({}, { credsStore: 'desktop', credHelpers: { 'example.com': 'ecr-login' } });

    expect(parseDockerConfig(text).helpers).to.deep.equal(['desktop', 'ecr-login']);
    expect(parseDockerConfig('{}')).to.deep.equal({ entries: [], helpers: [] });
  });

  it('says what is wrong with an entry', () => {
    const faults = { 'a.com': { auth: base64('no colon') }, 'b.com': { registrytoken: 't' } };
    const parsed = parseDockerConfig(config(faults));

    expect(entryFor(parsed, 'a.com', '')?.fault).to.equal('has an auth that is not user:password in base64');
    expect(entryFor(parsed, 'b.com', '')?.fault).to.match(/^holds a registrytoken, which is not supported/);
  });

  it('is not shown when it is none', () => {
    expect(() => parseDockerConfig('{"auths": s3cret')).to.throw(DockerConfigError, /^is not JSON$/);
    expect(() => parseDockerConfig('[]')).to.throw(DockerConfigError, 'is not a JSON object');
    expect(parseDockerConfig('{"auths": {"a.com": "s3cret"}}').entries).to.deep.include({
      ...{ name: 'a.com', host: 'a.com', path: '', credentials: undefined },
    });
  });
});
