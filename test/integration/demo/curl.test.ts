import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { expect } from 'chai';
import { provideCurl } from '../../../hack/demo/curl.ts';
import { run } from '../../support/run.ts';

describe('the curl of the demo', () => {
  let bin: string;

  beforeEach(async () => {
    bin = await mkdtemp(join(tmpdir(), 'demo-curl-'));
  });
  afterEach(() => rm(bin, { recursive: true, force: true }));

  it('writes what a URL answers where the machine has no curl', async () => {
    const server = createServer((_, response) => response.end('ready 1\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;

    await provideCurl(bin, '/nowhere');
    const PATH = [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
    const body = await run(join(bin, 'curl'), ['--silent', `http://127.0.0.1:${String(port)}`], {
      env: { PATH },
    });
    server.close();
    server.closeAllConnections();

    expect(body.trim()).to.equal('ready 1');
  });

  it('stays away where the machine has one', async () => {
    await provideCurl(bin, '/nowhere');
    const other = await mkdtemp(join(bin, 'other-'));

    await provideCurl(other, ['/nowhere', bin].join(delimiter));

    expect(await readdir(other)).to.deep.equal([]);
  });
});
