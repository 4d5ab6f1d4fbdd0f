import { expect } from 'chai';
import { createHmac } from 'node:crypto';
import { describe, it } from 'mocha';
import type { Notifier } from '../../../src/notify/notifier.ts';
import { readNotifier } from '../../../src/notify/read-notifier.ts';
import type { Letter } from '../../../src/notify/sender.ts';
import { type OutcomeNotifier, senderFor } from '../../../src/notify/senders.ts';
import { alertLetter } from '../../../src/notify/senders/alertmanager.ts';
import { COMMIT, outcome } from './releases.ts';

const now = new Date('2026-01-01T00:02:00Z');
const KEY = 'a key of 16 bytes';

function notifier<K extends Notifier['kind']>(
  kind: K,
  texts: Readonly<Record<string, string>>,
): Extract<Notifier, { kind: K }> {
  const data = Object.entries(texts).map(([key, text]) => [key, Buffer.from(text)] as const);
  const found = readNotifier('team', kind, Object.fromEntries(data));
  if (found.kind === 'refused') throw new Error(found.why);
  return found.notifier as Extract<Notifier, { kind: K }>;
}

const letters = (to: OutcomeNotifier, outcomes = [outcome()], more = 0): readonly Letter[] =>
  senderFor(to).letters({ outcomes, more, now });

function only(all: readonly Letter[]): Letter & { readonly json: Readonly<Record<string, unknown>> } {
  const [letter, ...others] = all;
  if (letter === undefined || others.length > 0) throw new Error(`there are ${String(all.length)} letters`);
  return { ...letter, json: JSON.parse(letter.body) as Readonly<Record<string, unknown>> };
}

describe('a message to a chat', () => {
  const chat = { url: 'https://hooks.example.com/x' };

  it('says what it is about, and the sentence', () => {
    expect(only(letters(notifier('slack', chat))).json).to.deep.equal({
      text: 'shop/web released: web-1.0.0 (revision 1)',
      attachments: [{ color: 'good', text: 'web-1.0.0 is released as revision 1 (install)' }],
    });
    const failed = outcome({ result: 'Failed', sentence: 'no such image' });
    expect(
      only(letters(notifier('slack', { ...chat, channel: '#ops', cluster: 'eu-1' }), [failed])).json,
    ).to.deep.equal({
      channel: '#ops',
      text: '[eu-1] shop/web failed: web-1.0.0 (revision 1)',
      attachments: [{ color: 'danger', text: 'no such image' }],
    });
  });

  it('calls nobody by what a chart says, and is of bounded length', () => {
    const sentence = `<!channel> & ${'x'.repeat(5_000)}`;

    const { attachments } = only(letters(notifier('slack', chat), [outcome({ sentence })])).json as {
      attachments: readonly { text: string }[];
    };

    expect(attachments[0]?.text).to.match(/^&lt;!channel&gt; &amp; x+…$/);
    expect(attachments[0]?.text.length).to.be.lessThan(3_000);
  });

  it('calls nobody where a chat takes names after an @, and leaves digests as they are', () => {
    const failed = outcome({
      sentence: 'ask @channel, @here and a@b.c of web@sha256:0123',
      version: '1@everyone',
    });
    const to = notifier('slack', chat);

    for (const letter of [only(letters(to, [failed])), only(letters(to, [failed, failed]))]) {
      expect(letter.body).to.not.match(/@[a-z](?<!@s)/);
      expect(letter.body).to.contain('@\u200bchannel').and.contain('@\u200beveryone');
      expect(letter.body).to.contain('web@sha256:0123');
    }
  });

  it('sums up what was held back', () => {
    const many = [outcome(), outcome({ result: 'Failed', sentence: 'no\nsuch image' })];

    expect(only(letters(notifier('slack', chat), many, 37)).json).to.deep.equal({
      text: '39 outcomes at once',
      attachments: [
        {
          color: 'good',
          text: 'shop/web released: web-1.0.0 (revision 1): web-1.0.0 is released as revision 1 (install)',
        },
        { color: 'danger', text: 'shop/web failed: web-1.0.0 (revision 1): no such image' },
        { color: '#8a8a8a', text: 'and 37 more' },
      ],
    });
  });
});

describe('a message to a webhook', () => {
  it('is signed with its time', () => {
    const letter = only(letters(notifier('webhook', { url: 'https://hub.example.com/in?a=b', key: KEY })));

    const timestamp = letter.headers['x-timestamp'] ?? '';
    expect(Number(timestamp) * 1_000).to.equal(now.getTime());
    const signature = createHmac('sha256', KEY).update(`${timestamp}.${letter.body}`).digest('hex');
    expect(letter.headers['x-signature']).to.equal(`sha256=${signature}`);
    expect(letter.url.href).to.equal('https://hub.example.com/in?a=b');
  });

  it('holds all that is known, with an id', () => {
    const { json } = only(letters(notifier('webhook', { url: 'https://hub.example.com', key: KEY })));

    const { key, uid, ...shown } = outcome();
    expect(json).to.deep.equal({ version: 1, outcomes: [{ id: `${uid}/${key}`, ...shown }], more: 0 });
  });
});

describe('a status of a commit', () => {
  const commits = [
    { repository: 'git@github.com:Acme/charts.git', id: COMMIT },
    { repository: 'https://git.example.com/acme/deploy', id: 'b'.repeat(40) },
  ];
  const github = (url: string) => notifier('github', { url, token: 'token-of-github' });

  it('goes to the commits in the repositories of the notifier only', () => {
    const urls = (url: string): readonly string[] =>
      letters(github(url), [outcome({ commits })]).map((letter) => letter.url.href);

    const status = `https://api.github.com/repos/acme/charts/statuses/${COMMIT}`;
    expect(urls('https://github.com')).to.deep.equal([status]);
    expect(urls('https://github.com/acme')).to.deep.equal([status]);
    expect(urls('https://github.com/acme/charts')).to.deep.equal([status]);
    expect(urls('https://github.com/acm'), 'no part of a name').to.deep.equal([]);
    expect(urls('https://github.com/acme/charts/more')).to.deep.equal([]);
    expect(urls('https://git.example.com')).to.deep.equal([
      `https://git.example.com/api/v3/repos/acme/deploy/statuses/${'b'.repeat(40)}`,
    ]);
    expect(urls('https://github.com.example.com')).to.deep.equal([]);
  });

  it('is what GitHub takes', () => {
    const failed = outcome({ commits, result: 'Failed', sentence: `no\nsuch ${'image '.repeat(40)}` });

    const { headers, json } = only(letters(github('https://github.com'), [failed]));

    expect(headers).to.include({ authorization: 'Bearer token-of-github' });
    expect(json).to.include({ state: 'failure', context: 'helm-release/shop/web' });
    expect(json['description'])
      .to.match(/^no such image .*…$/)
      .and.have.length(140);
    const released = only(letters(github('https://github.com'), [outcome({ commits })]));
    expect(released.json).to.include({ state: 'success' });
  });

  it('is what GitLab takes', () => {
    const grouped = [{ repository: 'https://git.example.com/group/sub/project.git', id: COMMIT }];
    const to = notifier('gitlab', {
      url: 'https://git.example.com',
      token: 'token-of-gitlab',
      cluster: 'eu',
    });

    const { url, headers, json } = only(letters(to, [outcome({ commits: grouped, result: 'RolledBack' })]));

    expect(url.href).to.equal(
      `https://git.example.com/api/v4/projects/group%2Fsub%2Fproject/statuses/${COMMIT}`,
    );
    expect(headers).to.include({ 'private-token': 'token-of-gitlab' });
    expect(json).to.include({ state: 'failed', name: 'helm-release/eu/shop/web' });
    const { isDone } = senderFor(to);
    expect(isDone?.(400, '{"message":"Cannot transition status via :drop from :failed"}')).to.equal(true);
    expect(isDone?.(400, '{"message":"400 bad request"}')).to.equal(false);
  });

  it('is not of what says nothing about the commit', () => {
    for (const result of ['Overtaken', 'Uninstalled'] as const)
      expect(letters(github('https://github.com'), [outcome({ commits, result })])).to.deep.equal([]);
  });
});

describe('a message to Alertmanager', () => {
  const alert = { namespace: 'shop', name: 'web', sentence: 'no such image', since: '2026-01-01T00:00:00Z' };

  it('fires for as long as it is told again, and is over at once when that is over', () => {
    const to = notifier('alertmanager', { url: 'https://alerts.example.com/prefix/', token: 'token' });
    const states = [
      { alert, isFiring: true },
      { alert: { ...alert, name: 'api' }, isFiring: false },
    ];

    const letter = alertLetter(to, states, { now, lastsMs: 300_000 });

    expect(letter.url.href).to.equal('https://alerts.example.com/prefix/api/v2/alerts');
    expect(letter.headers).to.include({ authorization: 'Bearer token' });
    const labels = { alertname: 'HelmReleaseNotReady', namespace: 'shop', severity: 'warning' };
    const [first, second] = JSON.parse(letter.body) as readonly Readonly<Record<string, unknown>>[];
    expect(first).to.deep.equal({
      labels: { ...labels, helmrelease: 'web' },
      annotations: {
        summary: 'HelmRelease shop/web is not as it is wanted',
        description: 'no such image',
      },
      startsAt: alert.since,
      endsAt: '2026-01-01T00:07:00.000Z',
    });
    expect(second).to.deep.include({ labels: { ...labels, helmrelease: 'api' }, endsAt: now.toISOString() });
  });
});
