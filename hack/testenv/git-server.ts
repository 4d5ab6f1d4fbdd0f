import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, timingSafeEqual } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { commitFiles, createBareRepo, execPath, type FileChange, git, gitEnvironment } from './git-repos.ts';

export interface GitServerOptions {
  /** Holds the bare repositories. */
  readonly dir: string;
  /** PEM texts; plain http without. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Asked for by Basic authentication, for reading and pushing. */
  readonly auth?: { readonly username: string; readonly password: string };
  readonly port?: number;
  /** Sees every request before it is answered. */
  readonly onRequest?: (request: IncomingMessage) => void;
}

/** What the server does instead of its work; `version0` has it speak the oldest protocol, as old servers do. */
export type Fault =
  | { readonly kind: 'redirect'; readonly to: (path: string) => string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'version0' }
  | { readonly kind: 'status'; readonly code: number; readonly body?: string };

export interface Requests {
  readonly lsRefs: number;
  readonly fetch: number;
  readonly push: number;
}

/** A Git server on loopback, by git's own http-backend: clone, fetch and push over http or https. */
export interface GitServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  repoUrl(name: string): string;
  createRepo(name: string): Promise<string>;
  /** Adds one commit to a branch (default main) and returns its id. */
  commit(name: string, files: Readonly<Record<string, FileChange>>, options?: CommitOptions): Promise<string>;
  /** Moves a branch (default main) to a commit that is there, as `git push --force` does. */
  moveBranch(name: string, commit: string, branch?: string): Promise<void>;
  /** A command of git in the repository, as somebody with a clone would type it; gives its output. */
  run(name: string, args: readonly string[]): Promise<string>;
  /** Counted since the start. */
  requests(): Requests;
  /** Until it is called again with undefined, requests that `when` picks (default: all) get the fault. */
  fail(fault: Fault | undefined, when?: (request: IncomingMessage) => boolean): void;
  stop(): Promise<void>;
}

export interface CommitOptions {
  readonly message?: string;
  readonly branch?: string;
  /** `Name <address>`. */
  readonly author?: string;
}

export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const { dir, tls, auth, port = 0 } = options;
  await mkdir(dir, { recursive: true });
  const backend = join(await execPath(), 'git-http-backend');
  const children = new Set<ChildProcess>();
  const counts = { lsRefs: 0, fetch: 0, push: 0 };
  let fault: Fault | undefined;
  let faulty: (request: IncomingMessage) => boolean = () => true;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    options.onRequest?.(request);
    const bad = faulty(request) ? fault : undefined;
    if (bad?.kind === 'version0') {
      delete request.headers['git-protocol'];
    } else if (bad !== undefined) {
      misbehave(bad, request, response);
      return;
    }
    if (auth !== undefined && !authorized(request, auth)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const body = await buffer(request);
    count(counts, request, body);
    const child = spawn(backend, { env: cgi(request, body.length, dir, auth?.username ?? 'anonymous') });
    children.add(child);
    child.once('close', () => children.delete(child));
    response.once('close', () => child.kill());
    await relay(child, body, response);
  }

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  };
  const server = tls === undefined ? createServer(onRequest) : createTlsServer({ ...tls }, onRequest);
  await listen(server, port);
  const bound = (server.address() as AddressInfo).port;
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(bound)}`;
  return {
    url,
    port: bound,
    repoUrl: (name) => `${url}/${name}.git`,
    createRepo: (name) => createBareRepo(join(dir, `${name}.git`)),
    commit: (name, files, { message = 'a change', branch = 'main', author } = {}) =>
      commitFiles(join(dir, `${name}.git`), branch, message, files, author),
    moveBranch: async (name, commit, branch = 'main') => {
      await git(['update-ref', `refs/heads/${branch}`, commit], join(dir, `${name}.git`));
    },
    run: (name, args) => git(args, join(dir, `${name}.git`)),
    requests: () => ({ ...counts }),
    fail: (next, when = () => true) => {
      [fault, faulty] = [next, when];
    },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      for (const child of children) child.kill('SIGKILL');
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

function misbehave(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  if (fault.kind === 'redirect') response.writeHead(302, { location: fault.to(request.url ?? '/') }).end();
  if (fault.kind === 'status')
    response.writeHead(fault.code, { 'content-type': 'text/plain' }).end(fault.body);
}

function authorized(request: IncomingMessage, auth: { username: string; password: string }): boolean {
  const wanted = `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(wanted));
}

/** Protocol version 2 asks for refs by a POST of its own, older ones with the first GET. */
function count(
  counts: { lsRefs: number; fetch: number; push: number },
  request: IncomingMessage,
  body: Buffer,
): void {
  const url = request.url ?? '';
  if (request.method === 'POST' && url.endsWith('/git-receive-pack')) counts.push += 1;
  if (request.method === 'POST' && url.endsWith('/git-upload-pack')) {
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    if (text.includes('command=ls-refs')) counts.lsRefs += 1;
    else counts.fetch += 1;
  }
  const version = request.headers['git-protocol'] ?? '';
  if (url.endsWith('/info/refs?service=git-upload-pack') && !version.includes('version=2'))
    counts.lsRefs += 1;
}

function cgi(request: IncomingMessage, length: number, dir: string, user: string): Record<string, string> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  return {
    ...gitEnvironment(dir),
    GIT_PROJECT_ROOT: dir,
    GIT_HTTP_EXPORT_ALL: '1',
    REQUEST_METHOD: request.method ?? 'GET',
    PATH_INFO: decodeURIComponent(pathname),
    QUERY_STRING: search.slice(1),
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    CONTENT_LENGTH: String(length),
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    REMOTE_USER: user, // without one git refuses every push
    REMOTE_ADDR: '127.0.0.1',
  };
}

/** Turns a CGI answer (headers, empty line, body) into an HTTP one, as a stream. */
async function relay(child: ChildProcess, body: Buffer, response: ServerResponse): Promise<void> {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('git http-backend has no pipes');
  stderr.resume();
  stdin.on('error', () => undefined); // it may refuse a request before it has read it
  stdin.end(body);
  const lines: Buffer[] = [];
  for await (const chunk of stdout.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    lines.push(chunk);
    const head = Buffer.concat(lines);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    writeHead(head.subarray(0, end).toString('latin1'), response);
    response.write(head.subarray(end + 4));
    break;
  }
  if (!response.headersSent) response.writeHead(500);
  await pipeline(stdout, response);
}

function writeHead(text: string, response: ServerResponse): void {
  let status = 200;
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else response.appendHeader(name, value);
  }
  response.writeHead(status);
}
