import { expect } from 'chai';
import { describe, it } from 'mocha';
import { wants } from '../../../src/notify/notifier.ts';
import { readNotifier } from '../../../src/notify/read-notifier.ts';
import { outcome } from './releases.ts';

const read = (kind: string, texts: Readonly<Record<string, string>>) =>
  readNotifier(
    'team',
    kind,
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text)])),
  );

function notifier(kind: string, texts: Readonly<Record<string, string>>) {
  const found = read(kind, texts);
  if (found.kind === 'refused') throw new Error(found.why);
  return found.notifier;
}

function why(kind: string, texts: Readonly<Record<string, string>>): string {
  const found = read(kind, texts);
  if (found.kind === 'notifier') throw new Error('it was taken');
  return found.why;
}

const KEY = 'a key of 16 bytes';
const SECRET = 'nobody-may-see-this';

describe('a Secret of a notifier', () => {
  it('is read for each kind, without the line feed at the end of its keys', () => {
    expect(notifier('slack', { url: 'https://hooks.example.com/x\n', channel: '#ops\n' })).to.deep.include({
      ...{ kind: 'slack', name: 'team', outcomes: 'all', channel: '#ops' },
      url: new URL('https://hooks.example.com/x'),
    });
    expect(notifier('webhook', { url: 'http://hub.example.com', key: KEY })).to.deep.include({
      key: Buffer.from(KEY),
    });
    expect(notifier('alertmanager', { url: 'http://alertmanager.monitoring:9093' })).to.include({
      authorization: undefined,
    });
    expect(
      notifier('alertmanager', { url: 'https://alerts.example.com', username: 'u', password: 'p' }),
    ).to.include({ authorization: 'Basic dTpw' });
  });

  it('knows the API of the host that holds the repositories', () => {
    const of = (kind: string, url: string, more = {}) => {
      const found = notifier(kind, { url, token: 'token', ...more });
      return 'api' in found ? [found.repositories, found.api.href] : [];
    };

    expect(of('github', 'https://github.com/Acme')).to.deep.equal([
      'github.com/acme',
      'https://api.github.com/',
    ]);
    expect(of('github', 'https://git.example.com/')).to.deep.equal([
      'git.example.com',
      'https://git.example.com/api/v3',
    ]);
    expect(of('gitlab', 'https://gitlab.com/group/project.git')).to.deep.equal([
      'gitlab.com/group/project',
      'https://gitlab.com/api/v4',
    ]);
    expect(of('gitlab', 'https://git.example.com', { api: 'https://api.example.com/v4' })[1]).to.equal(
      'https://api.example.com/v4',
    );
  });

  it('is refused with the way out', () => {
    expect(why('teams', {})).to.contain("'teams': it must be one of slack, webhook,");
    expect(why('slack', {})).to.equal('the key url is missing');
    expect(why('slack', { url: 'https://a.example.com', chanel: '#ops' })).to.contain('knows no key chanel');
    expect(why('slack', { url: 'ftp://a.example.com' })).to.contain('begins with https://');
    expect(why('slack', { url: 'http://a.example.com/x' })).to.contain('a secret goes there');
    expect(why('slack', { url: 'https://a.example.com', namespaces: 'team-*' })).to.contain(
      'without wildcards',
    );
    expect(why('slack', { url: 'https://a.example.com', outcomes: 'bad' })).to.contain('all or failures');
    expect(why('slack', { url: 'https://a.example.com', ca: 'none' })).to.contain('no certificate');
    expect(why('webhook', { url: 'https://a.example.com', key: 'short' })).to.contain('at least 16');
    expect(why('github', { url: 'https://github.com/acme' })).to.equal('the key token is missing');
    expect(why('gitlab', { url: 'http://git.example.com', token: 't' })).to.contain('a secret goes there');
    expect(why('alertmanager', { url: 'http://a.example.com', token: 't' })).to.contain(
      'a secret goes there',
    );
    expect(why('alertmanager', { url: 'https://a.example.com', outcomes: 'all' })).to.contain(
      'no key outcomes',
    );
    expect(why('alertmanager', { url: 'https://a.example.com', username: 'u' })).to.contain(
      'belong together',
    );
  });

  it('is never shown by what is said of it', () => {
    const said = [
      why('slack', { url: `http://hooks.example.com/${SECRET}` }),
      why('slack', { url: `https://hooks.example.com/${SECRET}`, ca: SECRET }),
      why('webhook', { url: `https://u:${SECRET}@a.example.com`, key: KEY }),
      why('webhook', { url: 'https://a.example.com', key: SECRET.slice(0, 5) }),
      why('github', { url: 'https://github.com', token: `${SECRET} with a space` }),
      why('slack', { url: SECRET }),
    ];

    expect(said.join('\n')).to.not.contain(SECRET.slice(0, 5));
  });

  it('chooses namespaces and outcomes', () => {
    const base = { url: 'https://a.example.com' };
    const some = notifier('slack', { ...base, namespaces: 'shop, team\n' });
    const bad = notifier('slack', { ...base, outcomes: 'failures' });

    expect([wants(some, outcome()), wants(some, outcome({ namespace: 'other' }))]).to.deep.equal([
      true,
      false,
    ]);
    const results = ['Released', 'Failed', 'TestFailed', 'RolledBack', 'Overtaken', 'Mended'] as const;
    expect(results.filter((result) => wants(bad, outcome({ result })))).to.deep.equal([
      'Failed',
      'TestFailed',
      'RolledBack',
    ]);
  });
});
