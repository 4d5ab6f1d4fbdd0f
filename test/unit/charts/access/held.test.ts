import { expect } from 'chai';
import { describe, it } from 'mocha';
import { heldCredentials } from '../../../../src/charts/access/held.ts';
import type { ChartSource } from '../../../../src/charts/chart.ts';

const certificate = { cert: 'CERT', key: 'KEY' };
const source = { kind: 'repository', url: 'https://a.example.com', name: 'web', version: '*' } as const;

describe('what is shown to chart sources', () => {
  it('is what a Secret holds, once however many sources it serves', () => {
    const sources: readonly ChartSource[] = [
      { ...source, scope: 'shop/pull/hash', tls: { certificate }, auth: { username: 'me', password: 'pw' } },
      {
        ...{ ...source, name: 'db', scope: 'shop/pull/hash' },
        ...{ tls: { certificate }, auth: { username: 'me', password: 'pw' } },
      },
      { kind: 'oci', url: 'oci://r/x', version: '1', scope: 'shop/oci/hash', auth: { identityToken: 'tok' } },
      {
        ...{ kind: 'git', url: 'https://g/x', ref: 'main', path: '.', skipDepUpdate: false },
        ...{ scope: 'shop/git/hash', auth: { username: 'me', password: 'git' } },
      },
    ];

    expect(heldCredentials(sources, [], new Map())).to.have.deep.members([
      { held: 'secret', namespace: 'shop', name: 'pull', certificate: 'CERT', secret: 'pw' },
      { held: 'secret', namespace: 'shop', name: 'oci', certificate: undefined, secret: 'tok' },
      { held: 'secret', namespace: 'shop', name: 'git', certificate: undefined, secret: 'git' },
    ]);
  });

  it('is what the imported repositories have, and nothing of a source without a Secret', () => {
    const imported = {
      ...{ name: 'stable', url: 'https://a.example.com', everywhere: false },
      ...{ auth: { username: 'me', password: 'pw' }, tls: { certificate } },
    };

    expect(heldCredentials([{ ...source, scope: '' }], [imported], new Map())).to.deep.equal([
      { held: 'repository-import', name: 'stable', certificate: 'CERT', secret: 'pw' },
    ]);
  });

  it('is what their servers show, and nothing of a server that no source is at any more', () => {
    const servers = new Map([
      ['a.example.com', 'CERT-OF-A'],
      ['old.example.com', 'CERT-OF-OLD'],
    ]);

    expect(heldCredentials([{ ...source, scope: '' }], [], servers)).to.deep.equal([
      { held: 'server', name: 'a.example.com', certificate: 'CERT-OF-A', secret: undefined },
    ]);
  });
});
