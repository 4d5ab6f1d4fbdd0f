import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { create } from 'tar';
import type { ReleaseFile } from '../../../hack/testenv/tools/catalog.ts';
import { download } from '../../../hack/testenv/tools/download.ts';
import { silentProgress } from '../../../hack/testenv/tools/progress.ts';

const PROGRAM = randomBytes(300_000);
const HASH = createHash('sha256').update(PROGRAM).digest('hex');

describe('downloading a released program', () => {
  let dir: string;
  let base: string;
  let server: http.Server;
  let files: Record<string, Buffer>;
  let seen: { url: string; range: string | undefined }[];
  /** After how many bytes of its body each of the next answers breaks off. */
  let cuts: number[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'testenv-download-'));
    files = { '/tool': PROGRAM, '/tool.sha256': Buffer.from(`${HASH}  tool\n`) };
    seen = [];
    cuts = [];
    server = http.createServer((request, response) => {
      const url = request.url ?? '';
      const { range } = request.headers;
      seen.push({ url, range });
      const whole = files[url];
      if (whole === undefined) {
        response.writeHead(404).end();
        return;
      }
      const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
      if (from >= whole.length) {
        response.writeHead(416).end();
        return;
      }
      const body = whole.subarray(from);
      response.writeHead(range === undefined ? 200 : 206, { 'content-length': body.length });
      const cut = url === '/tool' ? cuts.shift() : undefined;
      if (cut === undefined) response.end(body);
      else response.write(body.subarray(0, cut), () => setImmediate(() => request.socket.destroy()));
    });
    base = await listening(server);
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(dir, { recursive: true });
  });

  const target = (): string => join(dir, 'tool');
  const released = (): ReleaseFile => ({
    url: `${base}/tool`,
    checksum: { kind: 'text', url: `${base}/tool.sha256` },
  });
  const get = async (file = released(), env: NodeJS.ProcessEnv = {}): Promise<void> =>
    download(file, target(), { env, connectTimeoutMs: 500 }, silentProgress);
  const failureOf = async (work: Promise<void>): Promise<string> =>
    work.then(
      () => 'no failure',
      (error: unknown) => (error as Error).message,
    );

  it('leaves an executable file and nothing else', async () => {
    await get();

    expect((await readFile(target())).equals(PROGRAM)).to.equal(true);
    expect((await stat(target())).mode & 0o777).to.equal(0o755);
    expect(await readdir(dir)).to.eql(['tool']);
  });

  it('goes on where the connection broke off, in the same run', async () => {
    cuts = [100_000, 50_000];

    await get();

    expect((await readFile(target())).equals(PROGRAM)).to.equal(true);
    const ranges = seen.filter(({ url }) => url === '/tool').map(({ range }) => range);
    expect(ranges).to.eql([undefined, 'bytes=100000-', 'bytes=150000-']);
  });

  it('goes on with what an earlier run left', async () => {
    await writeFile(`${target()}.part`, PROGRAM.subarray(0, 1234));

    await get();

    expect((await readFile(target())).equals(PROGRAM)).to.equal(true);
    expect(seen.at(-1)?.range).to.equal('bytes=1234-');
  });

  it('is content with an earlier run that had got everything but the rename', async () => {
    await writeFile(`${target()}.part`, PROGRAM);

    await get();

    expect((await readFile(target())).equals(PROGRAM)).to.equal(true);
  });

  it('starts again when what an earlier run left belongs to another file', async () => {
    await writeFile(`${target()}.part`, randomBytes(999));

    await get();

    expect((await readFile(target())).equals(PROGRAM)).to.equal(true);
  });

  it('refuses a file whose checksum is not the published one, and keeps nothing of it', async () => {
    files['/tool'] = Buffer.from('something else');

    const message = await failureOf(get());

    expect(message).to.match(/^tool has SHA-256 [0-9a-f]{64}, published is [0-9a-f]{64}: thrown away$/);
    expect(await readdir(dir)).to.eql([]);
  });

  it('does not begin without a published checksum', async () => {
    files['/tool.sha256'] = Buffer.from('<html>not found</html>');

    expect(await failureOf(get())).to.contain('holds no SHA-256 of tool');
    expect(seen.map(({ url }) => url)).to.eql(['/tool.sha256']);
  });

  it('takes the line of the file from a list of checksums', async () => {
    files['/tool.sha256'] = Buffer.from(`${'0'.repeat(64)}  tool.exe\n${HASH} *tool\n`);

    await get();

    expect(await readdir(dir)).to.eql(['tool']);
  });

  it("takes the checksum from GitHub's description of the release", async () => {
    files['/release'] = Buffer.from(JSON.stringify({ assets: [{ name: 'tool', digest: `sha256:${HASH}` }] }));

    await get({ url: `${base}/tool`, checksum: { kind: 'github-api', url: `${base}/release` } });

    expect(await readdir(dir)).to.eql(['tool']);
  });

  it('takes the one program out of an archive', async () => {
    await writeFile(join(dir, 'inner'), PROGRAM);
    await writeFile(join(dir, 'README'), 'text');
    await create({ file: join(dir, 'a.tar.gz'), gzip: true, cwd: dir }, ['README', 'inner']);
    const archive = await readFile(join(dir, 'a.tar.gz'));
    await Promise.all(['inner', 'README', 'a.tar.gz'].map((name) => rm(join(dir, name))));
    files['/tool'] = archive;
    files['/tool.sha256'] = Buffer.from(createHash('sha256').update(archive).digest('hex'));

    await get({ ...released(), member: 'inner' });

    expect((await readFile(target())).equals(PROGRAM)).to.equal(true);
    expect(await readdir(dir)).to.eql(['tool']);
  });

  it('says so when the archive does not hold the program', async () => {
    await writeFile(join(dir, 'README'), 'text');
    await create({ file: join(dir, 'a.tar.gz'), gzip: true, cwd: dir }, ['README']);
    const archive = await readFile(join(dir, 'a.tar.gz'));
    files['/tool'] = archive;
    files['/tool.sha256'] = Buffer.from(createHash('sha256').update(archive).digest('hex'));

    expect(await failureOf(get({ ...released(), member: 'inner' }))).to.equal('the archive holds no inner');
  });

  it('gives up quickly on a host that takes connections and does not answer TLS', async () => {
    const silent = net.createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    const url = `https://127.0.0.1:${port}/tool`;

    const began = performance.now();
    const message = await failureOf(get({ url, checksum: { kind: 'text', url } }));

    expect(message).to.equal(`127.0.0.1:${port} could not be reached`);
    expect(performance.now() - began).to.be.lessThan(2_000);
    silent.close();
  });

  it('goes through the proxy of the environment, with its user and password', async () => {
    const asked: { url: string; authorization: string | undefined }[] = [];
    const proxy = http.createServer((request, response) => {
      const url = request.url ?? '';
      asked.push({ url, authorization: request.headers['proxy-authorization'] });
      response.end(files[new URL(url).pathname]);
    });
    const address = (await listening(proxy)).replace('//', '//me:secret@');
    const url = 'http://releases.invalid/tool';

    await get({ url, checksum: { kind: 'text', url: `${url}.sha256` } }, { http_proxy: address });

    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    expect(asked).to.eql([
      { url: `${url}.sha256`, authorization },
      { url, authorization },
    ]);
    expect(seen).to.eql([]);
    proxy.closeAllConnections();
    proxy.close();
  });

  it('asks a proxy for a tunnel to an https host', async () => {
    const asked: string[] = [];
    const proxy = http.createServer().on('connect', (request: http.IncomingMessage, socket: net.Socket) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    const address = await listening(proxy);
    const url = 'https://releases.invalid/tool';

    const message = await failureOf(get({ url, checksum: { kind: 'text', url } }, { HTTPS_PROXY: address }));

    expect(asked).to.eql(['CONNECT releases.invalid:443']);
    expect(message).to.equal(`proxy ${new URL(address).host} answered 403`);
    proxy.close();
  });
});

async function listening(server: http.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
