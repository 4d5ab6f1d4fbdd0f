import { expect } from 'chai';
import { MalformedError } from '../../../../../src/server/hooks/parse-body.ts';
import { azureDevOps } from '../../../../../src/server/hooks/senders/azure-devops.ts';
import { genericHmac } from '../../../../../src/server/hooks/senders/generic-hmac.ts';
import { fixture, HAPPENED, hmac, KEY, raw, saidOf, SECONDS } from '../support.ts';

describe('azuredevops', () => {
  const key = Buffer.from('hooks:a password: with a colon');
  const proof = (authorization?: string): string =>
    azureDevOps.authenticate(
      raw(fixture('azuredevops/push'), authorization === undefined ? {} : { authorization }),
      key,
      HAPPENED,
    );
  const basic = (text: string): string => Buffer.from(text).toString('base64');

  it('is proved by user and password', () => {
    expect(proof(`Basic ${basic(key.toString())}`)).to.equal('authentic');
    expect(proof(`basic ${basic(key.toString())}`)).to.equal('authentic');
  });

  it('is refused with others, in another form and without', () => {
    expect(proof(`Basic ${basic('hooks:another')}`)).to.equal('refused');
    expect(proof(`Basic ${basic('hooks')}`)).to.equal('refused');
    expect(proof(`Bearer ${basic(key.toString())}`)).to.equal('refused');
    expect(proof(`Basic ${key.toString()}`)).to.equal('refused');
    expect(proof('Basic')).to.equal('refused');
    expect(proof()).to.equal('refused');
  });

  it('names the repository of a push and of a branch that is deleted, and when it was', () => {
    const said = {
      push: { kind: 'repository', urls: ['https://dev.azure.example.com/orchard/Fleet/_git/deploy'] },
      happenedAt: HAPPENED + 1_452,
    };

    expect(saidOf(azureDevOps, 'azuredevops/push')).to.deep.equal(said);
    expect(saidOf(azureDevOps, 'azuredevops/push-delete-branch')).to.deep.equal(said);
  });

  it('has no news in other events, and is malformed without a repository', () => {
    expect(saidOf(azureDevOps, 'azuredevops/pull-request')).to.deep.equal({ push: { kind: 'ignore' } });
    expect(() => saidOf(azureDevOps, 'azuredevops/push-minimal')).to.throw(
      MalformedError,
      'resource.repository is missing',
    );
    for (const form of [null, [], {}, { eventType: 5 }, { eventType: 'git.push', resource: [] }]) {
      expect(() => saidOf(azureDevOps, 'azuredevops/push', {}, () => form)).to.throw(MalformedError);
    }
  });
});

describe('generic-hmac', () => {
  const body = fixture('generic-hmac/push');
  const signature = (seconds: string): string => `sha256=${hmac(KEY, `${seconds}.`, body).toString('hex')}`;
  const proof = (headers: Record<string, string>, nowMs = HAPPENED): string =>
    genericHmac.authenticate(raw(body, headers), KEY, nowMs);
  const good = { 'x-timestamp': SECONDS, 'x-signature': signature(SECONDS) };

  it('is proved by a signature over time and body', () => {
    expect(proof(good)).to.equal('authentic');
  });

  it('is refused with another time, without a time in the signature, and without a signature', () => {
    expect(proof({ ...good, 'x-timestamp': '1795162501' })).to.equal('refused');
    const bodyOnly = `sha256=${hmac(KEY, body).toString('hex')}`;
    expect(proof({ ...good, 'x-signature': bodyOnly })).to.equal('refused');
    expect(proof({ 'x-timestamp': SECONDS })).to.equal('refused');
    expect(proof({ 'x-signature': good['x-signature'] })).to.equal('refused');
  });

  it('is stale more than five minutes from its time, and with a time that is none', () => {
    expect(proof(good, HAPPENED + 301_000)).to.equal('stale');
    expect(proof(good, HAPPENED - 301_000)).to.equal('stale');
    expect(proof({ 'x-timestamp': 'now', 'x-signature': signature('now') })).to.equal('stale');
  });

  it('names the addresses it is given', () => {
    expect(saidOf(genericHmac, 'generic-hmac/push')).to.deep.equal({
      push: {
        kind: 'repository',
        urls: ['https://git.example.com/orchard/deploy.git', 'git@git.example.com:orchard/deploy.git'],
      },
    });
    const many = Array.from({ length: 101 }, () => 'https://git.example.com/a');
    for (const form of [{}, { urls: 'x' }, { urls: [] }, { urls: [1] }, { urls: [''] }, { urls: many }]) {
      expect(() => saidOf(genericHmac, 'generic-hmac/push', {}, () => form)).to.throw(
        MalformedError,
        /^urls/,
      );
    }
  });

  it('is another delivery with another time', () => {
    const idOf = (seconds: string): unknown => genericHmac.deliveryId(raw(body, { 'x-timestamp': seconds }));

    expect(idOf('1')).to.equal(idOf('1')).and.not.equal(idOf('2'));
  });
});
