import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

describe('the bundle', () => {
  let elsewhere = '';
  before(function () {
    this.timeout(60_000);
    elsewhere = mkdtempSync(join(tmpdir(), 'bundle-'));
    const { status, stderr } = spawnSync(process.execPath, ['hack/bundle.ts'], { encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
  });
  after(() => {
    rmSync(elsewhere, { recursive: true });
  });

  const start = (...args: readonly string[]) =>
    spawnSync(process.execPath, [resolve('dist/main.mjs'), ...args], {
      cwd: elsewhere,
      encoding: 'utf8',
      env: {},
    });

  it('knows the version of package.json wherever it is started', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

    const { status, stdout, stderr } = start('--version');

    expect((stdout + stderr).trim()).to.equal(version);
    expect(status).to.equal(0);
  });

  it('refuses wrong arguments with exit status 2 and prints its help with 0', () => {
    expect(start('--workers=none')).to.include({ status: 2, stdout: '' });
    expect(start('--help').status).to.equal(0);
  });
});
