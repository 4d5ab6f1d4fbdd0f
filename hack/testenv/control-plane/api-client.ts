import { Agent, request } from 'node:https';

export interface ApiAddress {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly text: string;
  /** The body as JSON; throws when it is none. */
  json(): unknown;
}

/** Plain requests to an API server for the test environment and its tests; no retries, no watches. */
export interface ApiClient {
  send(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiResponse>;
  close(): void;
}

const REQUEST_TIMEOUT_MS = 10_000;

export function createApiClient(address: ApiAddress): ApiClient {
  const agent = new Agent({ keepAlive: true, ca: address.caPem });
  return {
    send: (method, path, body, contentType = 'application/json') =>
      new Promise((resolve, reject) => {
        const headers = { authorization: `Bearer ${address.token}`, 'user-agent': 'testenv' };
        const outgoing = request(`${address.url}${path}`, {
          agent,
          method,
          timeout: REQUEST_TIMEOUT_MS,
          headers: body === undefined ? headers : { ...headers, 'content-type': contentType },
        });
        outgoing.once('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer`)));
        outgoing.once('error', reject);
        outgoing.once('response', (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: response.statusCode ?? 0, text, json: () => JSON.parse(text) as unknown });
          });
        });
        outgoing.end(body === undefined ? undefined : JSON.stringify(body));
      }),
    close: () => {
      agent.destroy();
    },
  };
}
