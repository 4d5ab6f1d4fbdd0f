import { expect } from 'chai';
import { describe, it } from 'mocha';
import { clean, explainGit, lastLine } from '../../../src/git/explain.ts';
import { endpointOf, type GitAccess } from '../../../src/git/remote.ts';

const endpoint = endpointOf({ url: 'https://git.example/team/app.git', scope: '' });
const repo = 'https://git.example/team/app.git';
const ssh = { identity: 'key', knownHosts: 'host' };
const noSsh = { keys: 0, unreadable: [] };
const explain = (stderr: string, ssh: { keys: number; unreadable: string[] } = noSsh): string =>
  explainGit(stderr, { endpoint, ssh });

describe("the sentence about git's failure", () => {
  // What the tests against real servers cannot bring about: other TLS libraries, other servers.
  const rows = [
    {
      stderr: 'fatal: unable to access: SSL certificate problem: unable to get local issuer certificate',
      says: /^the certificate of git\.example .* is not trusted/,
    },
    {
      stderr: 'fatal: unable to access: SSL certificate problem: certificate has expired',
      says: /has expired: renew it/,
    },
    {
      stderr: "fatal: SSL: no alternative certificate subject name matches target host name 'x'",
      says: /is for another host name/,
    },
    { stderr: 'fatal: Authentication failed for x', says: /asks for credentials or does not exist/ },
    {
      stderr: 'fatal: unable to access: The requested URL returned error: 403',
      says: /must not be read .*HTTP 403/,
    },
    { stderr: 'fatal: unable to access: The requested URL returned error: 429', says: /answers HTTP 429/ },
    {
      stderr: 'ERROR: Repository not found.\nfatal: Could not read from remote repository.',
      says: /was not found/,
    },
    {
      stderr:
        'remote: The project you were looking for could not be found or you do not have permission.\nfatal: x',
      says: /was not found/,
    },
    { stderr: 'ssh: connect to host x port 22: Connection timed out', says: /does not answer/ },
    { stderr: 'ssh: connect to host x port 22: Connection refused', says: /cannot be reached/ },
    {
      stderr: 'No user exists for uid 12345\nfatal: Could not read from remote repository.',
      says: /no entry in \/etc\/passwd/,
    },
    { stderr: 'error: cannot run ssh: No such file or directory', says: /needs ssh, which is not installed/ },
    { stderr: 'fatal: write error: No space left on device', says: /no disk space left/ },
    { stderr: "fatal: transport 'file' not allowed", says: /leads to the transport 'file'/ },
    {
      stderr: 'fatal: the remote end hung up unexpectedly',
      says: /could not be read: the remote end hung up/,
    },
    { stderr: '', says: /could not be read: git gave no reason/ },
  ];
  for (const { stderr, says } of rows) {
    it(`'${stderr.split('\n')[0] ?? ''}' names the repository and the way out`, () => {
      expect(explain(stderr)).to.match(says).and.to.contain(repo);
    });
  }

  it('tells a key that may not be read from one that is missing or refused', () => {
    const denied = 'git@x: Permission denied (publickey).';

    expect(explain(denied)).to.contain('no SSH key is mounted');
    expect(explain(denied, { keys: 1, unreadable: [] })).to.contain('refuses the mounted SSH key');
    expect(explain(denied, { keys: 0, unreadable: ['/etc/fluxd/ssh/identity'] })).to.contain(
      'must not read /etc/fluxd/ssh/identity',
    );
  });

  describe('for somebody who brings a Secret speaks of that', () => {
    const rows: readonly (readonly [url: string, access: GitAccess, stderr: string, says: string])[] = [
      [
        repo,
        { basic: { username: 'a', password: 'b' } },
        'returned error: 401',
        'check user name and password in the Secret',
      ],
      [
        repo,
        { bearer: 'a' },
        'returned error: 401',
        'refuses the credentials: check the token in the Secret',
      ],
      [repo, { ca: 'a' }, 'returned error: 401', 'asks for credentials or does not exist'],
      [
        repo,
        { ca: 'a' },
        'SSL certificate problem: x',
        "put the certificate of its authority into the Secret's ca.crt",
      ],
      [
        'git@h:r',
        { ssh },
        'Permission denied (publickey).',
        'it refuses the SSH key of the Secret; add its public part',
      ],
      [
        'git@h:r',
        { ssh },
        'Host key verification failed.',
        'is not in the known_hosts of the Secret: check its',
      ],
      [
        'git@h:r',
        { ssh },
        'REMOTE HOST IDENTIFICATION HAS CHANGED',
        'from the one in the known_hosts of the Secret: replace',
      ],
    ];
    for (const [url, access, stderr, says] of rows) {
      it(`'${stderr}' at ${url} with ${Object.keys(access).join()}`, () => {
        const own = endpointOf({ url, access, scope: '' });

        expect(explainGit(stderr, { endpoint: own, ssh: { keys: 1, unreadable: [] } })).to.contain(says);
      });
    }
  });

  it('takes the last line of git itself, on one line, short and without secrets', () => {
    expect(lastLine('remote: \u001b[31mhello\nfatal: broken\nremote: bye')).to.equal('broken');
    expect(lastLine('something\nlast\n')).to.equal('last');
    expect(clean('https://robot:hunter2@host/\u001b[2Jx\ty')).to.equal('https://***@host/ [2Jx y');
    expect(clean('x'.repeat(1_000))).to.have.length(300);
  });
});
