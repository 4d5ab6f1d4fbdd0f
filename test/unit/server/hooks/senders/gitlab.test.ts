import { expect } from 'chai';
import { MalformedError } from '../../../../../src/server/hooks/parse-body.ts';
import { gitlab } from '../../../../../src/server/hooks/senders/gitlab.ts';
import {
  fixture,
  HAPPENED,
  hmac,
  KEY,
  raw,
  saidOf,
  SECONDS,
  SIGNING_BYTES,
  SIGNING_KEY,
} from '../support.ts';

const event = (name: string): Record<string, string> => ({ 'x-gitlab-event': name });

describe('gitlab', () => {
  const body = fixture('gitlab/push');
  const signature = (id: string, seconds: string, key = SIGNING_BYTES): string =>
    `v1,${hmac(key, `${id}.${seconds}.`, body).toString('base64')}`;
  const signed = (text: string, seconds = SECONDS, id = 'd-1', nowMs = HAPPENED): string =>
    gitlab.authenticate(
      raw(body, { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': text }),
      SIGNING_KEY,
      nowMs,
    );

  it('is proved by the token that it shows', () => {
    const proof = (headers: Record<string, string>): string =>
      gitlab.authenticate(raw(body, headers), KEY, HAPPENED);

    expect(proof({ 'x-gitlab-token': KEY.toString() })).to.equal('authentic');
    expect(proof({ 'x-gitlab-token': `${KEY.toString()} ` })).to.equal('refused');
    expect(proof({ 'x-gitlab-token': '' })).to.equal('refused');
    expect(proof({})).to.equal('refused');
  });

  it('is proved by its signature over id, time and body, also among others', () => {
    expect(signed(signature('d-1', SECONDS))).to.equal('authentic');
    expect(signed(`v1,AAAA v1a,BBBB ${signature('d-1', SECONDS)}`)).to.equal('authentic');
  });

  it('is refused with another signature, id, time or version, and when it shows a token that signs', () => {
    expect(signed(signature('d-1', SECONDS, KEY))).to.equal('refused');
    expect(signed(signature('d-2', SECONDS))).to.equal('refused');
    expect(signed(signature('d-1', '1795162501'))).to.equal('refused');
    expect(signed(signature('d-1', SECONDS).replace('v1,', 'v2,'))).to.equal('refused');
    expect(signed('')).to.equal('refused');
    const shown = raw(body, { 'x-gitlab-token': SIGNING_KEY.toString() });
    expect(gitlab.authenticate(shown, SIGNING_KEY, HAPPENED)).to.equal('refused');
  });

  it('is stale when what it signed is more than five minutes from now, on either side', () => {
    const good = signature('d-1', SECONDS);
    const at = (ms: number): string => signed(good, SECONDS, 'd-1', HAPPENED + ms);

    expect([at(300_000), at(-300_000)]).to.deep.equal(['authentic', 'authentic']);
    expect([at(301_000), at(-301_000)]).to.deep.equal(['stale', 'stale']);
    for (const odd of ['', '1e9', '-1', 'NaN', '9'.repeat(13)]) {
      expect(signed(signature('d-1', odd), odd), odd).to.equal('stale');
    }
  });

  it('names the project of pushes, tags, deleted branches and hooks of the installation', () => {
    const push = {
      push: {
        kind: 'repository',
        urls: [
          'https://gitlab.example.com/orchard/deploy.git',
          'git@gitlab.example.com:orchard/deploy.git',
          'https://gitlab.example.com/orchard/deploy',
        ],
      },
    };

    expect(saidOf(gitlab, 'gitlab/push', event('Push Hook'))).to.deep.equal(push);
    expect(saidOf(gitlab, 'gitlab/push-tag', event('Tag Push Hook'))).to.deep.equal(push);
    expect(saidOf(gitlab, 'gitlab/push-delete-branch', event('Push Hook'))).to.deep.equal(push);
    expect(saidOf(gitlab, 'gitlab/system-push', event('System Hook'))).to.deep.equal(push);
  });

  it('has no news in other events', () => {
    const ignore = { push: { kind: 'ignore' } };

    expect(saidOf(gitlab, 'gitlab/issue', event('Issue Hook'))).to.deep.equal(ignore);
    expect(saidOf(gitlab, 'gitlab/system-user', event('System Hook'))).to.deep.equal(ignore);
    expect(saidOf(gitlab, 'gitlab/push')).to.deep.equal(ignore);
  });

  it('may leave out one address, and is malformed without any or without a project', () => {
    const changed = (project: unknown) => (): unknown =>
      saidOf(gitlab, 'gitlab/push', event('Push Hook'), () => ({ project }));

    expect(changed({ git_http_url: null, web_url: 'https://a.example.com/b' })()).to.deep.equal({
      push: { kind: 'repository', urls: ['https://a.example.com/b'] },
    });
    expect(changed({})).to.throw(MalformedError, 'names no address of the project');
    expect(changed(undefined)).to.throw(MalformedError, 'project is missing');
    expect(changed({ git_http_url: 5 })).to.throw(MalformedError, 'project.git_http_url');
    expect(() => saidOf(gitlab, 'gitlab/push', event('System Hook'), () => ({ event_name: [] }))).to.throw(
      MalformedError,
      'event_name',
    );
  });

  it('knows a delivery by its id and body, and none without an id', () => {
    const idOf = (headers: Record<string, string>, text = 'x'): unknown =>
      gitlab.deliveryId(raw(text, headers));

    expect(idOf({ 'webhook-id': '1', 'idempotency-key': '2' })).to.equal(idOf({ 'webhook-id': '1' }));
    expect(idOf({ 'idempotency-key': '1' })).to.not.equal(idOf({ 'idempotency-key': '2' }));
    expect(idOf({ 'idempotency-key': '1' })).to.not.equal(idOf({ 'idempotency-key': '1' }, 'y'));
    expect(idOf({})).to.equal(undefined);
  });
});
