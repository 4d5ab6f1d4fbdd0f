import { mkdirSync, writeFileSync } from 'node:fs';
import type http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { kubeconfigText } from './control-plane/kubeconfig.ts';
import { SERVER_HOSTS } from './control-plane/material.ts';
import { Exchange } from './faults/exchange.ts';
import type { ExchangeRecord } from './faults/exchange.ts';
import { matches, RuleBook } from './faults/fault.ts';
import type { Fault, FaultRule, InjectedFault, Match } from './faults/fault.ts';
import { isWrite, requestInfo } from './faults/request-info.ts';
import type { RequestInfo } from './faults/request-info.ts';
import { createAuthority } from './tls/authority.ts';

export interface FaultProxyTarget {
  readonly url: string;
  readonly caPem: string;
  /** The token that the proxy's kubeconfig carries; requests pass with whatever credentials they bring. */
  readonly adminToken: string;
}

/** A request that came through, or did not. */
export interface RequestRecord extends RequestInfo {
  /** 0 while there is no answer. */
  readonly status: number;
  /** Which fault befell it. */
  readonly fault: Fault['kind'] | undefined;
}

/** A TLS server in front of an API server that passes everything on, and counts it, until it is told to harm. */
export interface FaultProxy {
  readonly url: string;
  readonly caPem: string;
  /** Path of an admin's kubeconfig that goes through the proxy. */
  readonly kubeconfig: string;
  /** Lets a fault befall the requests to come. */
  inject(rule: FaultRule): InjectedFault;
  /** Takes all rules back. */
  heal(): void;
  /** Lets a fault befall answers that are under way now (open watches); says how many. */
  strike(fault: Fault, match?: Match): number;
  /** Refuses connections and breaks those there are, as a machine that is gone; `up` on the same port ends it. */
  down(): Promise<void>;
  up(): Promise<void>;
  requests(match?: Match): readonly RequestRecord[];
  /** The requests that changed something or meant to. */
  writes(match?: Match): readonly RequestRecord[];
  forgetRequests(): void;
  close(): Promise<void>;
}

const IDLE_MS = 120_000;

/** Starts a fault proxy; its kubeconfig goes to `dir`. */
export async function startFaultProxy(dir: string, target: FaultProxyTarget): Promise<FaultProxy> {
  const authority = createAuthority('helm-release-operator fault proxy');
  const { certificatePem: cert, keyPem: key } = authority.issue({ commonName: 'proxy', hosts: SERVER_HOSTS });
  const agent = new https.Agent({ keepAlive: true, ca: target.caPem });
  const rules = new RuleBook();
  const connections = new Map<number, Socket>();
  const exchanges = new Set<Exchange>();
  let log: ExchangeRecord[] = [];

  const server = https.createServer({ cert, key, requestTimeout: 0, keepAliveTimeout: IDLE_MS });
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    connections.set(port, socket);
    socket.once('close', () => connections.delete(port));
    socket.on('error', () => undefined);
  });
  server.on('request', (request, response) => {
    const connection = connections.get(request.socket.remotePort ?? 0);
    if (connection === undefined) return;
    const agentName = request.headers['user-agent'] ?? '';
    const info = requestInfo(request.method ?? '', request.url ?? '/', agentName);
    const fault = rules.take(info);
    const record = { info, fault: fault?.kind, status: 0 };
    const exchange = new Exchange(record, response, connection);
    log.push(record);
    exchanges.add(exchange);
    response.once('close', () => exchanges.delete(exchange));
    handle(request, exchange, fault, target.url, agent);
  });

  const listen = async (port: number): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  };
  const down = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of connections.values()) socket.resetAndDestroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = `https://127.0.0.1:${port}`;
  const caPem = authority.certificatePem;
  mkdirSync(dir, { recursive: true });
  const kubeconfig = join(dir, 'proxy.kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText({ url, caPem, token: target.adminToken }), { mode: 0o600 });

  const requests = (match?: Match): readonly RequestRecord[] =>
    log
      .filter(({ info }) => matches(info, match))
      .map(({ info, status, fault }) => ({ ...info, status, fault }));
  return {
    url,
    caPem,
    kubeconfig,
    inject: (rule) => rules.inject(rule),
    heal: () => {
      rules.clear();
    },
    strike: (fault, match) => {
      const struck = [...exchanges].filter((exchange) => matches(exchange.info, match));
      for (const exchange of struck) exchange.strike(fault);
      return struck.length;
    },
    down,
    up: () => listen(port),
    requests,
    writes: (match) => requests(match).filter(isWrite),
    forgetRequests: () => {
      log = [];
    },
    close: async () => {
      await down();
      agent.destroy();
    },
  };
}

function handle(
  request: http.IncomingMessage,
  exchange: Exchange,
  fault: Fault | undefined,
  url: string,
  agent: https.Agent,
): void {
  const early = fault?.kind === 'reset' || fault?.kind === 'stall' ? fault.afterBytes === undefined : false;
  if (fault?.kind === 'answer') {
    request.resume();
    exchange.answer(fault.status, fault.retryAfterSeconds);
  } else if (fault?.kind === 'expire') {
    request.resume();
    exchange.expire();
  } else if (early) {
    request.resume();
    if (fault?.kind === 'reset') exchange.reset();
  } else if (fault?.kind === 'delay') {
    const timer = setTimeout(() => {
      if (!exchange.over) forward(request, exchange, undefined, url, agent);
    }, fault.ms);
    timer.unref();
  } else {
    forward(request, exchange, fault, url, agent);
  }
}

function forward(
  request: http.IncomingMessage,
  exchange: Exchange,
  fault: Fault | undefined,
  url: string,
  agent: https.Agent,
): void {
  const headers = { ...request.headers };
  delete headers.connection;
  // Plain JSON all the way: what the proxy cuts or adds must be in the format of the rest.
  delete headers['accept-encoding'];
  const accept = headers.accept?.split(',').filter((type) => !/protobuf|cbor/.test(type));
  headers.accept = accept === undefined || accept.length === 0 ? 'application/json' : accept.join(',');
  const upstream = https.request(`${url}${request.url ?? '/'}`, {
    agent,
    headers,
    ...(request.method === undefined ? {} : { method: request.method }),
  });
  exchange.asks(upstream);
  upstream.once('response', (answer) => {
    exchange.relay(answer, fault);
  });
  upstream.once('error', () => {
    if (!exchange.over) exchange.reset();
  });
  request.pipe(upstream);
}
