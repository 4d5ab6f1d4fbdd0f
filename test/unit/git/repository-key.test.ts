import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { repositoryKey } from '../../../src/git/repository-key.ts';

describe('the key of a repository', () => {
  const same: readonly { readonly of: string; readonly key: string; readonly urls: readonly string[] }[] = [
    {
      of: 'a host of many',
      key: 'github.com/org/deploy',
      urls: [
        'https://github.com/org/deploy',
        'https://github.com/org/deploy.git',
        'https://github.com/org/deploy.git/',
        'https://github.com//org/deploy/',
        'http://github.com:8080/org/deploy',
        'https://me:token@github.com/org/deploy.git',
        'https://GitHub.com/Org/Deploy.git',
        'https://github.com./org/deploy',
        'https://github.com/org/deploy?x=1',
        'https://github.com/org/depl%6Fy',
        'ssh://git@github.com/org/deploy.git',
        'ssh://git@github.com:22/org/deploy',
        'ssh://github.com/org/deploy',
        'git+ssh://git@github.com/org/deploy.git',
        'git@github.com:org/deploy.git',
        'git@GITHUB.com:Org/Deploy',
        'git@github.com:/org/deploy',
        'github.com:org/./deploy',
        'ssh://git@ssh.github.com:443/org/deploy.git',
        ' https://github.com/org/deploy ',
      ],
    },
    {
      of: 'nested groups',
      key: 'gitlab.example.com/a/b/c/deploy',
      urls: ['https://gitlab.example.com/a/b/c/deploy.git', 'git@gitlab.example.com:a/b/c/deploy.git'],
    },
    {
      of: 'Bitbucket Server',
      key: 'bitbucket.example.com/proj/deploy',
      urls: [
        'https://bitbucket.example.com/scm/PROJ/deploy.git',
        'https://bitbucket.example.com/scm/proj/deploy',
        'https://bitbucket.example.com:8443/bitbucket/scm/proj/deploy.git',
        'ssh://git@bitbucket.example.com:7999/proj/deploy.git',
        'git@bitbucket.example.com:proj/deploy.git',
      ],
    },
    {
      of: 'a person at Bitbucket Server',
      key: 'bitbucket.example.com/~ann/deploy',
      urls: [
        'https://bitbucket.example.com/scm/~ann/deploy.git',
        'https://bitbucket.example.com/scm/%7Eann/deploy.git',
        'ssh://git@bitbucket.example.com:7999/~ann/deploy.git',
      ],
    },
    {
      of: 'Azure DevOps',
      key: 'dev.azure.com/org/my project/deploy',
      urls: [
        'https://dev.azure.com/org/My%20Project/_git/deploy',
        'https://org@dev.azure.com/org/My%20Project/_git/deploy',
        'https://org.visualstudio.com/My%20Project/_git/deploy',
        'https://org.visualstudio.com/DefaultCollection/My%20Project/_git/deploy',
        'git@ssh.dev.azure.com:v3/org/My%20Project/deploy',
        'ssh://git@ssh.dev.azure.com/v3/org/My%20Project/deploy',
        'org@vs-ssh.visualstudio.com:v3/org/My%20Project/deploy',
      ],
    },
    {
      of: 'Azure DevOps with the name of its project',
      key: 'dev.azure.com/org/deploy/deploy',
      urls: [
        'https://dev.azure.com/org/_git/deploy',
        'https://org.visualstudio.com/_git/deploy',
        'https://dev.azure.com/org/deploy/_git/deploy',
        'git@ssh.dev.azure.com:v3/org/deploy/deploy',
      ],
    },
    {
      of: 'Azure DevOps Server, in a path of its own',
      key: 'tfs.example.com/tfs/collection/project/_git/deploy',
      urls: [
        'https://tfs.example.com/tfs/Collection/project/_git/deploy',
        'ssh://tfs.example.com:22/tfs/Collection/project/_git/deploy',
      ],
    },
    {
      of: 'an address without a name',
      key: '2001:db8::1/deploy',
      urls: [
        'https://[2001:db8::1]/deploy.git',
        'ssh://git@[2001:db8::1]:2222/deploy',
        'git@[2001:db8::1]:deploy.git',
      ],
    },
  ];
  for (const { of, key, urls } of same) {
    describe(`of ${of}`, () => {
      for (const url of urls) {
        it(`is the same for ${url}`, () => {
          expect(repositoryKey(url)).to.equal(key);
        });
      }
    });
  }

  const apart = [
    ['https://github.com/org/deploy', 'https://github.com/org/deploy-2'],
    ['https://github.com/org/deploy', 'https://github.com/other/deploy'],
    ['https://github.com/org/deploy', 'https://gitlab.com/org/deploy'],
    ['https://github.com/scm/deploy', 'https://github.com/deploy'],
    ['https://dev.azure.com/org/a/_git/deploy', 'https://dev.azure.com/org/b/_git/deploy'],
    ['https://dev.azure.com/org/a/_git/deploy', 'https://other.visualstudio.com/a/_git/deploy'],
  ] as const;
  for (const [one, other] of apart) {
    it(`differs for ${one} and ${other}`, () => {
      expect(repositoryKey(one)).not.to.equal(repositoryKey(other));
    });
  }

  for (const url of [
    ...['', 'x', '-x', '/srv/git/deploy', 'file:///srv/deploy', 'ext::sh -c x'],
    ...['https://host', 'https://host/', 'https://host/.git', 'host:.git'],
  ]) {
    it(`there is none of '${url}'`, () => {
      expect(repositoryKey(url)).to.equal(undefined);
    });
  }

  it('takes a path that is not encoded well as it is', () => {
    expect(repositoryKey('https://host/100%')).to.equal('host/100%');
  });

  it('is one for every spelling of whatever host and path, and never throws', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
    const path = fc
      .array(name, { minLength: 1, maxLength: 4 })
      .filter((segments) => segments.at(-3) !== 'scm');
    fc.assert(
      fc.property(name, path, fc.nat(65_535), fc.boolean(), (host, segments, port, upper) => {
        const key = `${host}.example/${segments.join('/')}`;
        const at = upper ? `${host}.example`.toUpperCase() : `${host}.example`;
        const to = segments.join('/');
        const number = String(port);
        for (const url of [
          `https://${at}/${to}`,
          `https://u:p@${at}:${number}/${to}.git`,
          `ssh://git@${at}:${number}/${to}.git/`,
          `git@${at}:${to}.git`,
          `${at}:/${to}`,
        ])
          expect(repositoryKey(url), url).to.equal(key);
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl()), (text) => {
        expect(repositoryKey(text) ?? '').to.be.a('string');
      }),
    );
  });
});
