import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { trustedWith } from '../../../src/git/trusted.ts';

describe('whom git trusts for a remote with authorities of its own', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'trusted-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('are those and the ones that an administrator has named', async () => {
    const file = join(dir, 'ca.pem');
    await writeFile(file, 'theirs\n\n');

    expect(await trustedWith('own\n', file)).to.equal('theirs\nown\n');
  });

  it('are those alone when the file of the administrator is not there', async () => {
    expect(await trustedWith('own', join(dir, 'none'))).to.equal('own\n');
  });

  it('are those and the ones of the system', async () => {
    const text = await trustedWith('own', undefined);

    expect(text.split('-----BEGIN CERTIFICATE-----').length - 1).to.equal(getCACertificates('system').length);
    expect(text).to.match(/(?:^|\n)own\n$/);
  });
});
