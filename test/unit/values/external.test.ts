import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { describe as describeError, ValuesError } from '../../../src/api/errors.ts';
import { createExternalReader, type ExternalOptions } from '../../../src/values/external.ts';
import { createHostLookup } from '../../../src/net/lookup.ts';
import { systemClock } from '../../../src/telemetry/clock.ts';
import { createCertificates } from '../../support/certificates.ts';

const never = new AbortController().signal;
const allowAll = (): undefined => undefined;
const lookup = createHostLookup({ clock: systemClock });

describe('reading values from a URL', () => {
  const server = createServer((request, response) => {
    requests.push(request);
    handle(request, response);
  });
  let requests: IncomingMessage[] = [];
  let handle: (request: IncomingMessage, response: ServerResponse) => void;
  let origin = '';

  beforeEach(async () => {
    requests = [];
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  function reader(options: Partial<ExternalOptions> = {}) {
    return createExternalReader({ timeoutMs: 5_000, checkAddress: allowAll, lookup, ...options });
  }

  async function problem(url: string, options: Partial<ExternalOptions> = {}): Promise<string> {
    try {
      await reader(options)(url, never);
    } catch (error) {
      expect(error).to.be.instanceOf(ValuesError);
      return describeError(error);
    }
    return 'no error';
  }

  it('gives the bytes of the answer', async () => {
    handle = (_request, response) => response.end('a: 1\n');

    const content = await reader()(`${origin}/values.yaml?ref=main`, never);

    expect(content.toString()).to.equal('a: 1\n');
    expect(requests.map(({ url, headers }) => [url, headers['accept-encoding']])).to.deep.equal([
      ['/values.yaml?ref=main', 'identity'],
    ]);
  });

  it('logs in with the user of the URL, and shows neither it nor the query in an error', async () => {
    handle = (_request, response) => response.writeHead(403).end();
    const url = new URL(`${origin}/v.yaml?token=hunter2`);
    url.username = 'bob';
    url.password = 'hunter2';

    expect(await problem(url.href)).to.equal(`${origin}/v.yaml answered with status 403 instead of 200`);
    expect(requests[0]?.headers.authorization).to.equal(
      `Basic ${Buffer.from('bob:hunter2').toString('base64')}`,
    );
  });

  it('follows redirects on the same host, with the login', async () => {
    handle = ({ url }, response) => {
      if (url === '/new') response.end('a: 2');
      else response.writeHead(302, { location: url === '/old' ? '/newer' : `${origin}/new` }).end();
    };

    const content = await reader()(origin.replace('//', '//bob:pw@') + '/old', never);

    expect(content.toString()).to.equal('a: 2');
    expect(new Set(requests.map(({ headers }) => headers.authorization))).to.have.length(1);
  });

  it('follows no redirect to another host, to a file, or without end', async () => {
    for (const location of ['http://localhost:1/', 'file:///etc/passwd', '//169.254.169.254/']) {
      handle = (_request, response) => response.writeHead(301, { location }).end();
      expect(await problem(`${origin}/v`)).to.equal(
        `${origin}/v redirects to another host or scheme, which is not followed`,
      );
    }
    handle = (_request, response) => response.writeHead(307, { location: '/again' }).end();
    requests = [];

    expect(await problem(`${origin}/v`)).to.equal(`${origin}/v redirects more than 5 times`);
    expect(requests).to.have.length(6);
  });

  it('stops reading an answer that is too large, also one without end', async () => {
    handle = (_request, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    };

    expect(await problem(`${origin}/v`)).to.equal(
      `${origin}/v sends more than 1 MiB, the limit for one source of values`,
    );
  });

  it('defect 15: gives up when the time is over, also in the middle of an answer', async () => {
    for (const start of ['', 'a: ']) {
      handle = (_request, response) => {
        if (start !== '') response.write(start);
      };
      expect(await problem(`${origin}/v`, { timeoutMs: 50 })).to.equal(
        `${origin}/v did not answer in 0.05 s`,
      );
    }
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    handle = () => {
      stop.abort(new Error('stopping'));
    };

    const error: unknown = await reader()(`${origin}/v`, stop.signal).catch((caught: unknown) => caught);

    expect(error).to.equal(stop.signal.reason);
  });

  it('asks about every address before it connects, however the host is written', async () => {
    handle = (_request, response) => response.end('a: 1');
    const { port } = new URL(origin);
    const asked: string[] = [];
    const checkAddress = (address: string): string => {
      asked.push(address);
      return 'is refused here';
    };

    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', 'localhost']) {
      expect(await problem(`http://${host}:${port}/`, { checkAddress })).to.match(/ is refused here$/);
    }
    expect(requests).to.deep.equal([]);
    expect(asked.slice(0, 4)).to.deep.equal(['127.0.0.1', '127.0.0.1', '127.0.0.1', '::ffff:7f00:1']);
    expect(asked[4]).to.match(/^(127\.0\.0\.1|::1)$/);
  });

  it('says in a sentence why a host cannot be reached', async () => {
    const gone = origin;
    expect(await problem('ftp://x.example/')).to.equal('the URL must begin with http:// or https://');
    expect(await problem('not a URL')).to.equal('the URL must begin with http:// or https://');
    expect(await problem('http://no-such-host.invalid/v')).to.match(
      /^http:\/\/no-such-host\.invalid\/v cannot be reached: getaddrinfo E/,
    );
    server.close();
    await once(server, 'close');
    expect(await problem(`${gone}/v`)).to.match(/\/v cannot be reached: connect ECONNREFUSED/);
    server.listen(0, '127.0.0.1'); // for afterEach
    await once(server, 'listening');
  });

  it('sends nothing to a server whose certificate nobody vouches for', async () => {
    await using owner = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'external-test-'));
    owner.defer(() => rm(dir, { recursive: true }));
    const { certificate, key } = await createCertificates(dir);
    const secure = createSecureServer({ cert: certificate, key }, (request, response) => {
      requests.push(request);
      response.end('a: 1');
    });
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    owner.defer(async () => {
      secure.close();
      await once(secure, 'close');
    });
    const { port } = secure.address() as AddressInfo;

    expect(await problem(`https://127.0.0.1:${String(port)}/v`)).to.match(
      /\/v cannot be reached: .*certificate/,
    );
    expect(requests).to.deep.equal([]);
  });
});
