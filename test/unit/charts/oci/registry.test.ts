import { expect } from 'chai';
import type { HttpClient, HttpRequest } from '../../../../src/charts/http/http-client.ts';
import { parseReference } from '../../../../src/charts/oci/reference.ts';
import { createRegistry } from '../../../../src/charts/oci/registry.ts';
import { systemClock } from '../../../../src/telemetry/clock.ts';

const { signal } = new AbortController();

describe('createRegistry', () => {
  for (const [url, asked] of [
    ['oci://docker.io/org/web', 'https://registry-1.docker.io/v2/org/web/manifests/1.0.0'],
    ['oci://index.docker.io/org/web', 'https://registry-1.docker.io/v2/org/web/manifests/1.0.0'],
    ['oci://registry-1.docker.io/org/web', 'https://registry-1.docker.io/v2/org/web/manifests/1.0.0'],
    ['oci://registry.example.com:5000/web', 'https://registry.example.com:5000/v2/web/manifests/1.0.0'],
  ] as const) {
    it(`asks ${asked} for ${url}`, async () => {
      const seen: string[] = [];
      const read = (request: HttpRequest): ReturnType<HttpClient['read']> => {
        seen.push(request.url.href);
        return Promise.resolve({ status: 200, headers: {}, body: Buffer.alloc(0) });
      };
      const http = { read } as HttpClient; // nothing else is used
      const access = { reference: parseReference(url), credentials: undefined, scope: '' };

      await createRegistry({ http, clock: systemClock }).read(access, {
        ...{ path: 'manifests/1.0.0', maxBytes: 1_000, signal },
      });

      expect(seen).to.deep.equal([asked]);
    });
  }
});
