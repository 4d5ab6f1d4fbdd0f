import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { operatorVersion } from '../../../src/config/version.ts';

describe('operatorVersion', () => {
  it('is that of package.json when run from source', async () => {
    const manifest = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };

    expect(operatorVersion()).to.equal(manifest.version);
  });
});
