import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { tool } from '../../hack/testenv/testenv.ts';
import { sha256 } from './chart-archive.ts';
import { serverOptions, type ServerTls } from './chart-repository.ts';

export interface SeenCall {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly status: number;
}

/** A real registry (github.com/distribution/distribution), behind a counter that may speak TLS. */
export interface OciRegistry extends AsyncDisposable {
  /** 127.0.0.1:port */
  readonly host: string;
  readonly calls: SeenCall[];
  /** Puts a chart there as `helm push` does. Returns the digest of its manifest. */
  push(repository: string, tag: string, archive: Buffer, layerType?: string): Promise<string>;
}

/** The only user of a protected registry. */
export const READER = { username: 'reader', password: 'letmein' };
const HTPASSWD = 'reader:$2a$05$KrdDmzmgCQrAxQM7Daw6t.SER91bfefZGopf4pjhJ152VEZ5De.AG\n';

export const CHART_LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const CONFIG_LAYER = 'application/vnd.cncf.helm.config.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export async function startOciRegistry(
  o: { tls?: ServerTls; isProtected?: boolean } = {},
): Promise<OciRegistry> {
  const dir = await mkdtemp(join(tmpdir(), 'oci-registry-'));
  const { child, port } = await startProgram(dir, o.isProtected ?? false);
  const calls: SeenCall[] = [];

  const forward = (from: IncomingMessage, to: ServerResponse): void => {
    const { method = '', url = '', headers } = from;
    calls.push({
      ...{ method, url, authorization: headers.authorization },
      get status() {
        return to.statusCode;
      },
    });
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    onward.on('error', () => to.destroy());
    from.pipe(onward);
  };
  const server = o.tls ? createHttpsServer(serverOptions(o.tls), forward) : createHttpServer(forward);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;

  return {
    host,
    calls,
    push: (repository, tag, archive, layerType = CHART_LAYER) =>
      push(`http://127.0.0.1:${String(port)}/v2/${repository}`, { tag, archive, layerType }),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(dir, { recursive: true });
    },
  };
}

async function startProgram(
  dir: string,
  isProtected: boolean,
): Promise<{ child: ChildProcess; port: number }> {
  const program = await tool('registry');
  const config = {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(dir, 'data') } },
    http: { addr: '127.0.0.1:0' },
    ...(isProtected ? { auth: { htpasswd: { realm: 'test', path: join(dir, 'htpasswd') } } } : {}),
  };
  await mkdir(join(dir, 'data'));
  await writeFile(join(dir, 'htpasswd'), HTPASSWD);
  await writeFile(join(dir, 'config.yml'), JSON.stringify(config));

  const child = spawn(program, ['serve', join(dir, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {},
  });
  for await (const line of createInterface(child.stderr)) {
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    child.stderr.resume();
    return { child, port: Number(port) };
  }
  throw new Error('the registry ended before it listened');
}

async function push(
  base: string,
  { tag, archive, layerType }: { tag: string; archive: Buffer; layerType: string },
): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${READER.username}:${READER.password}`).toString('base64')}`;
  const send = async (
    method: string,
    url: string,
    body: Buffer | string,
    type?: string,
  ): Promise<Response> => {
    const headers = { authorization, ...(type === undefined ? {} : { 'content-type': type }) };
    const answer = await fetch(url, {
      method,
      headers,
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    if (!answer.ok)
      throw new Error(`${method} ${url} answered ${String(answer.status)}: ${await answer.text()}`);
    return answer;
  };
  const put = async (mediaType: string, blob: Buffer | string) => {
    const digest = `sha256:${sha256(blob)}`;
    const location = (await send('POST', `${base}/blobs/uploads/`, '')).headers.get('location') ?? '';
    const target = new URL(location, base);
    target.searchParams.set('digest', digest);
    await send('PUT', target.href, blob, 'application/octet-stream');
    return { mediaType, digest, size: Buffer.byteLength(blob) };
  };

  const config = await put(CONFIG_LAYER, '{}');
  const layers = [await put(layerType, archive)];
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers });
  await send('PUT', `${base}/manifests/${tag}`, manifest, MANIFEST);
  return `sha256:${sha256(manifest)}`;
}
