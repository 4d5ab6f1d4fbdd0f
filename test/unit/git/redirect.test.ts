import { expect } from 'chai';
import { describe, it } from 'mocha';
import { followRedirect, redirectTarget, wasRedirected } from '../../../src/git/redirect.ts';

const SHOWN = 'https://git.example/a';
const follow = (address: string, target: string): string => followRedirect(address, target, SHOWN);
const SERVICE = 'info/refs?service=git-upload-pack';

describe('a redirect', () => {
  it('is told from other failures, and its last target is found in a trace', () => {
    const trace = [
      '<= Recv header: HTTP/1.1 301',
      '<= Recv header: Location: https://git.example/one',
      '<= Recv header: location: /two',
      '=> Send header: location: https://evil.invalid/',
    ].join('\n');

    expect(wasRedirected("fatal: unable to access 'x': The requested URL returned error: 301")).to.equal(
      true,
    );
    expect(wasRedirected("fatal: unable to access 'x': The requested URL returned error: 304")).to.equal(
      false,
    );
    expect(redirectTarget(trace)).to.equal('/two');
    expect(redirectTarget('')).to.equal(undefined);
  });

  const followed = [
    {
      from: 'https://git.example/a',
      to: `https://git.example/a.git/${SERVICE}`,
      is: 'https://git.example/a.git',
    },
    { from: 'https://git.example/a', to: `/b/c/${SERVICE}`, is: 'https://git.example/b/c' },
    { from: 'http://git.example/a', to: `https://git.example/a/${SERVICE}`, is: 'https://git.example/a' },
    {
      from: 'https://me@git.example/a',
      to: `https://git.example/b/${SERVICE}`,
      is: 'https://me@git.example/b',
    },
    {
      from: 'http://git.example:3000/a/',
      to: `http://git.example:3000/b/${SERVICE}`,
      is: 'http://git.example:3000/b',
    },
  ];
  for (const { from, to, is } of followed) {
    it(`from ${from} to ${to} is followed`, () => {
      expect(follow(from, to)).to.equal(is);
    });
  }

  const refused = [
    { from: 'https://git.example/a', to: `https://other.example/a/${SERVICE}` },
    { from: 'https://git.example/a', to: `https://git.example:8443/a/${SERVICE}` },
    { from: 'https://git.example/a', to: `http://git.example/a/${SERVICE}` },
    { from: 'http://git.example:3000/a', to: `https://git.example/a/${SERVICE}` },
    { from: 'https://git.example/a', to: `https://git.example@evil.invalid/a/${SERVICE}` },
    { from: 'https://git.example/a', to: `//evil.invalid/a/${SERVICE}` },
    { from: 'https://git.example/a', to: `https://sub.git.example/a/${SERVICE}` },
  ];
  for (const { from, to } of refused) {
    it(`from ${from} to ${to} is not followed`, () => {
      expect(() => follow(from, to)).to.throw('redirects to another server are not followed');
    });
  }

  it('to a page of the same server is none to a repository', () => {
    expect(() => follow('https://git.example/a', 'https://git.example/login')).to.throw(
      'is no Git repository',
    );
    expect(() => follow('https://git.example/a', 'file:///etc/passwd')).to.throw('is no Git repository');
  });
});
