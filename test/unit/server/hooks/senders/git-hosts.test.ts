import { expect } from 'chai';
import { MalformedError } from '../../../../../src/server/hooks/parse-body.ts';
import type { Sender } from '../../../../../src/server/hooks/sender.ts';
import { SENDERS, type SenderType } from '../../../../../src/server/hooks/senders.ts';
import { isUnsignedPing } from '../../../../../src/server/hooks/senders/bitbucket-server.ts';
import { fixture, HAPPENED, hexOf, KEY, raw, saidOf } from '../support.ts';

interface SignedCase {
  readonly type: SenderType;
  readonly header: string;
  readonly prefix: string;
  /** Fixture, headers that name the event. */
  readonly news: readonly (readonly [string, Readonly<Record<string, string>>])[];
  readonly urls: readonly string[];
  readonly ignored: readonly (readonly [string, Readonly<Record<string, string>>])[];
}

const github = (event: string): Record<string, string> => ({ 'x-github-event': event });
const gitea = (event: string): Record<string, string> => ({
  'x-gitea-event': event,
  'x-github-event': event,
});
const key = (event: string): Record<string, string> => ({ 'x-event-key': event });

const SIGNED: readonly SignedCase[] = [
  {
    type: 'github',
    header: 'x-hub-signature-256',
    prefix: 'sha256=',
    news: [
      ['github/push', github('push')],
      ['github/push-tag', github('push')],
      ['github/push-delete-branch', github('push')],
      ['github/delete', github('delete')],
      ['github/create', github('create')],
    ],
    urls: [
      'https://github.example.com/orchard/deploy.git',
      'git@github.example.com:orchard/deploy.git',
      'https://github.example.com/orchard/deploy',
    ],
    ignored: [
      ['github/ping', github('ping')],
      ['github/push', github('issues')],
      ['github/push', {}],
    ],
  },
  {
    type: 'gitea',
    header: 'x-gitea-signature',
    prefix: '',
    news: [
      ['gitea/push', gitea('push')],
      ['gitea/push-tag', gitea('push')],
      ['gitea/delete', gitea('delete')],
      ['gitea/create', gitea('create')],
    ],
    urls: [
      'https://gitea.example.com/orchard/deploy.git',
      'ssh://git@gitea.example.com:2222/orchard/deploy.git',
      'https://gitea.example.com/orchard/deploy',
    ],
    ignored: [
      ['gitea/push', gitea('issues')],
      ['gitea/push', github('push')],
    ],
  },
  {
    type: 'forgejo',
    header: 'x-forgejo-signature',
    prefix: '',
    news: [['forgejo/push', { 'x-forgejo-event': 'push', 'x-gitea-event': 'push' }]],
    urls: [
      'https://forgejo.example.com/orchard/deploy.git',
      'ssh://git@forgejo.example.com:2222/orchard/deploy.git',
      'https://forgejo.example.com/orchard/deploy',
    ],
    ignored: [['forgejo/push', { 'x-forgejo-event': 'issues', 'x-gitea-event': 'push' }]],
  },
  {
    type: 'bitbucket',
    header: 'x-hub-signature',
    prefix: 'sha256=',
    news: [
      ['bitbucket/push', key('repo:push')],
      ['bitbucket/push-tag', key('repo:push')],
      ['bitbucket/push-delete-branch', key('repo:push')],
    ],
    urls: ['https://bitbucket.example.com/orchard/deploy'],
    ignored: [['bitbucket/push', key('issue:created')]],
  },
  {
    type: 'bitbucket-server',
    header: 'x-hub-signature',
    prefix: 'sha256=',
    news: [
      ['bitbucket-server/push', key('repo:refs_changed')],
      ['bitbucket-server/push-tag', key('repo:refs_changed')],
      ['bitbucket-server/push-delete-branch', key('repo:refs_changed')],
      ['bitbucket-server/push', key('mirror:repo_synchronized')],
    ],
    urls: [
      'ssh://git@bitbucket.example.com:7999/orch/deploy.git',
      'https://bitbucket.example.com/scm/orch/deploy.git',
    ],
    ignored: [['bitbucket-server/ping', key('diagnostics:ping')]],
  },
];

describe('senders that sign the body', () => {
  for (const { type, header, prefix, news, urls, ignored } of SIGNED) {
    const sender: Sender = SENDERS[type];
    const [[name, headers]] = news as [SignedCase['news'][number]];
    const body = fixture(name);
    const proof = (signature: string): string =>
      sender.authenticate(raw(body, { ...headers, [header]: signature }), KEY, HAPPENED);

    it(`${type}: accept the signature of the body with the key, in either case of its digits`, () => {
      expect(proof(`${prefix}${hexOf(body)}`)).to.equal('authentic');
      expect(proof(`${prefix}${hexOf(body).toUpperCase()}`)).to.equal('authentic');
    });

    it(`${type}: refuse another key, another body, another form and no signature at all`, () => {
      expect(proof(`${prefix}${hexOf(body, Buffer.from('another'))}`)).to.equal('refused');
      expect(proof(`${prefix}${hexOf(Buffer.from('{}'))}`)).to.equal('refused');
      expect(proof(`${prefix}${hexOf(body).slice(2)}`)).to.equal('refused');
      expect(proof(`${prefix}${hexOf(body)}, ${prefix}${hexOf(body)}`)).to.equal('refused');
      expect(proof(`sha1=${hexOf(body)}`)).to.equal('refused');
      expect(proof(prefix)).to.equal('refused');
      expect(proof('')).to.equal('refused');
      expect(sender.authenticate(raw(body, headers), KEY, HAPPENED)).to.equal('refused');
    });

    for (const [file, event] of news) {
      it(`${type}: name the repository of ${file} (${Object.values(event).join(', ')})`, () => {
        expect(saidOf(sender, file, event)).to.deep.equal({ push: { kind: 'repository', urls } });
      });
    }

    for (const [file, event] of ignored) {
      it(`${type}: have no news in ${file} (${Object.values(event).join(', ')})`, () => {
        expect(saidOf(sender, file, event)).to.deep.equal({ push: { kind: 'ignore' } });
      });
    }

    it(`${type}: find another form malformed, without a word of its content`, () => {
      const forms: readonly (readonly [(body: Record<string, unknown>) => unknown, RegExp])[] = [
        [() => null, /form/],
        [() => [], /form|repository/],
        [() => 'text', /form/],
        [() => ({}), /^repository is missing or of another type$/],
        [() => ({ repository: null }), /^repository /],
        [() => ({ repository: ['secret'] }), /^repository |form|address/],
        [() => ({ repository: {} }), /^repository\.links|^the body names no address of the repository$/],
        [
          () => ({
            repository: { clone_url: { a: 'secret' }, links: { html: 'secret', clone: [{ href: 17 }] } },
          }),
          /^repository\.(clone_url|links\S*) is missing/,
        ],
        [
          () => ({
            repository: {
              clone_url: 'secret'.repeat(1_000),
              links: { html: { href: 'secret'.repeat(1_000) }, clone: [{ href: 'secret'.repeat(1_000) }] },
            },
          }),
          /^repository\.(clone_url|links\S*) is missing/,
        ],
      ];
      for (const [change, message] of forms) {
        expect(() => saidOf(sender, name, headers, change)).to.throw(MalformedError, message);
        expect(() => saidOf(sender, name, headers, change)).to.not.throw(/secret/);
      }
    });
  }

  it('gitea: count the first signature alone', () => {
    const body = fixture('forgejo/push');
    const proof = (headers: Record<string, string>): string =>
      SENDERS.forgejo.authenticate(raw(body, headers), KEY, HAPPENED);

    expect(proof({ 'x-forgejo-signature': '', 'x-gitea-signature': hexOf(body) })).to.equal('refused');
    expect(proof({ 'x-forgejo-signature': hexOf(body), 'x-gitea-signature': '' })).to.equal('authentic');
  });

  it('bitbucket-server: say so when the repository has no addresses', () => {
    const said = (): unknown =>
      saidOf(SENDERS['bitbucket-server'], 'bitbucket-server/push-without-links', key('repo:refs_changed'));

    expect(said).to.throw(MalformedError, 'the body names no address of the repository');
  });

  it('bitbucket-server: know the ping that it does not sign from everything else', () => {
    expect(isUnsignedPing(raw('', key('diagnostics:ping')))).to.equal(true);
    expect(isUnsignedPing(raw('', key('repo:refs_changed')))).to.equal(false);
    expect(isUnsignedPing(raw('', { ...key('diagnostics:ping'), 'x-hub-signature': 'x' }))).to.equal(false);
  });

  const numbered: readonly (readonly [SenderType, string, string])[] = [
    ['github', 'x-github-delivery', 'x-github-event'],
    ['gitea', 'x-gitea-delivery', 'x-gitea-event'],
    ['forgejo', 'x-forgejo-delivery', 'x-forgejo-event'],
    ['bitbucket', 'x-request-uuid', 'x-event-key'],
    ['bitbucket-server', 'x-request-id', 'x-event-key'],
  ];
  for (const [type, id, event] of numbered) {
    it(`${type}: know a delivery by its number, event and body, and none without a number`, () => {
      const idOf = (headers: Record<string, string>, body = 'x'): unknown =>
        SENDERS[type].deliveryId(raw(body, headers));
      const first = { [id]: '1', [event]: 'push' };

      expect(idOf(first))
        .to.be.a('string')
        .that.equals(idOf({ ...first }));
      expect(idOf(first)).to.not.equal(idOf({ ...first, [id]: '2' }));
      expect(idOf(first)).to.not.equal(idOf({ ...first, [event]: 'ping' }));
      expect(idOf(first)).to.not.equal(idOf(first, 'y'));
      expect(idOf({ [event]: 'push' })).to.equal(undefined);
    });
  }
});
