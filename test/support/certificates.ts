import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A CA of our own and a server certificate for 127.0.0.1 and localhost, as PEM texts and as files. */
export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

const SERVER_EXTENSIONS = [
  'basicConstraints=CA:FALSE',
  'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1',
  'extendedKeyUsage=serverAuth',
].join('\n');

export async function createCertificates(dir: string): Promise<Certificates> {
  const file = (name: string): string => join(dir, name);
  const openssl = (...args: readonly string[]): Promise<unknown> => run('openssl', args);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;

  await writeFile(file('server.ext'), SERVER_EXTENSIONS);
  await openssl(
    ...['req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=test CA'],
    ...['-addext', 'keyUsage=keyCertSign', '-keyout', file('ca.key'), '-out', file('ca.crt')],
  );
  await openssl(
    ...[
      'req',
      ...newKey,
      '-subj',
      '/CN=localhost',
      '-keyout',
      file('server.key'),
      '-out',
      file('server.csr'),
    ],
  );
  await openssl(
    ...['x509', '-req', '-in', file('server.csr'), '-CA', file('ca.crt'), '-CAkey', file('ca.key')],
    ...['-days', '2', '-extfile', file('server.ext'), '-out', file('server.crt')],
  );

  return {
    ca: await readFile(file('ca.crt'), 'utf8'),
    certificate: await readFile(file('server.crt'), 'utf8'),
    key: await readFile(file('server.key'), 'utf8'),
    caFile: file('ca.crt'),
    certificateFile: file('server.crt'),
    keyFile: file('server.key'),
  };
}
