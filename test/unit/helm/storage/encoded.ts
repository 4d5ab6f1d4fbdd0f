import { gzipSync } from 'node:zlib';

/** A release record as Kubernetes hands it out: two layers of base64 around gzip. */
export function encoded(json: string, zipped = true): string {
  const bytes = zipped ? gzipSync(Buffer.from(json)) : Buffer.from(json);
  return Buffer.from(bytes.toString('base64')).toString('base64');
}

/** What Helm 4 stores of a small release, in its order and with its escapes. */
export const RECORD = JSON.stringify({
  name: 'web',
  info: {
    first_deployed: '2026-11-23T01:00:00Z',
    last_deployed: '2026-11-23T02:00:00Z',
    deleted: '',
    description: 'Upgrade complete',
    status: 'deployed',
    notes: 'see <b>"info"</b>',
  },
  chart: {
    metadata: { name: 'web', version: '0.1.0', apiVersion: 'v2' },
    lock: null,
    templates: [{ name: 'templates/x.yaml', data: 'e30=' }],
    values: { text: 'hello' },
    schema: null,
    files: [],
  },
  config: { replicas: 2, info: { status: 'mine' } },
  manifest: '---\nkind: ConfigMap\n',
  hooks: [
    {
      ...{ name: 'web-test', kind: 'Pod', path: 'x', manifest: 'kind: Pod', events: ['test'] },
      last_run: { started_at: '2026-11-23T02:00:00Z', phase: 'Failed' },
    },
  ],
  version: 7,
  namespace: 'shop',
  apply_method: 'ssa',
});
