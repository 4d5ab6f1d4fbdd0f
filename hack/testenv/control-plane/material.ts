import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority, pemOf } from '../tls/authority.ts';

/** Keys, certificates and tokens of one control plane, as files in DIR/pki. */
export interface Material {
  readonly caPem: string;
  readonly adminToken: string;
  readonly files: {
    readonly ca: string;
    readonly serverCertificate: string;
    readonly serverKey: string;
    readonly serviceAccountKey: string;
    readonly tokens: string;
  };
}

/** Names under which the API server, and anything in front of it, may be reached. */
export const SERVER_HOSTS = ['127.0.0.1', '::1', 'localhost', 'kubernetes.default.svc', '10.0.0.1'];

/** Those of an earlier start in the same folder stay, so that tokens and kubeconfigs in use stay valid. */
export function loadMaterial(dir: string): Material {
  const at = (name: string): string => join(dir, 'pki', name);
  const files = {
    ca: at('ca.crt'),
    serverCertificate: at('server.crt'),
    serverKey: at('server.key'),
    serviceAccountKey: at('service-account.key'),
    tokens: at('tokens.csv'),
  };
  // tokens.csv is written last: where it is, the others are whole.
  if (!existsSync(files.tokens)) createFiles(dir, files);
  const adminToken = readFileSync(files.tokens, 'utf8').split(',')[0] ?? '';
  return { caPem: readFileSync(files.ca, 'utf8'), adminToken, files };
}

function createFiles(dir: string, files: Material['files']): void {
  mkdirSync(join(dir, 'pki'), { recursive: true, mode: 0o700 });
  const write = (path: string, text: string): void => {
    writeFileSync(path, text, { mode: 0o600 });
  };
  const authority = createAuthority('helm-release-operator testenv');
  const server = authority.issue({ commonName: 'kube-apiserver', hosts: SERVER_HOSTS });
  const serviceAccounts = generateKeyPairSync('rsa', { modulusLength: 2048 });
  write(files.ca, authority.certificatePem);
  write(files.serverCertificate, server.certificatePem);
  write(files.serverKey, server.keyPem);
  write(files.serviceAccountKey, pemOf(serviceAccounts.privateKey));
  write(files.tokens, `${randomBytes(24).toString('hex')},admin,admin,"system:masters"\n`);
}
