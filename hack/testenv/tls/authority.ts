import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { bits, der, integer, objectId, octets, sequence, set, truth, utcTime, utf8 } from './der.ts';

export interface KeyPair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  /** DNS names and IP addresses: makes it a server certificate too. */
  readonly hosts?: readonly string[];
  readonly notAfter?: Date;
}

/** A certificate authority that lives in memory: trust it by `certificatePem`. */
export interface Authority extends KeyPair {
  issue(request: CertificateRequest): KeyPair;
}

interface Subject {
  readonly name: Buffer;
  readonly key: KeyObject;
}

const DAY_MS = 86_400_000;
const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));

/** Makes a new authority (ECDSA P-256). Certificates begin an hour ago, so that clocks a little apart agree. */
export function createAuthority(commonName: string): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = nameOf(commonName, []);
  const extensions = [
    extension('2.5.29.19', true, sequence(truth(true))),
    extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)),
    extension('2.5.29.14', false, octets(keyId(keys.publicKey))),
  ];
  const self = { name, key: keys.privateKey };
  const certificatePem = certificate(self, { name, key: keys.publicKey }, extensions, undefined);
  return { certificatePem, keyPem: pemOf(keys.privateKey), issue: (request) => issue(self, request) };
}

function issue(issuer: Subject, request: CertificateRequest): KeyPair {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const hosts = request.hosts ?? [];
  const usages = [
    objectId('1.3.6.1.5.5.7.3.2'),
    ...(hosts.length > 0 ? [objectId('1.3.6.1.5.5.7.3.1')] : []),
  ];
  const extensions = [
    extension('2.5.29.15', true, bits(Buffer.from([0xa0]), 5)),
    extension('2.5.29.37', false, sequence(...usages)),
    extension('2.5.29.35', false, sequence(der(0x80, keyId(createPublicKey(issuer.key))))),
    ...(hosts.length > 0 ? [extension('2.5.29.17', false, sequence(...hosts.map(alternativeName)))] : []),
  ];
  const subject = { name: nameOf(request.commonName, request.organizations ?? []), key: keys.publicKey };
  const certificatePem = certificate(issuer, subject, extensions, request.notAfter);
  return { certificatePem, keyPem: pemOf(keys.privateKey) };
}

function certificate(
  issuer: Subject,
  subject: Subject,
  extensions: readonly Buffer[],
  notAfter = new Date(Date.now() + 365 * DAY_MS),
): string {
  const notBefore = new Date(Math.min(Date.now(), notAfter.getTime()) - 3_600_000);
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    issuer.name,
    sequence(utcTime(notBefore), utcTime(notAfter)),
    subject.name,
    subject.key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, issuer.key);
  return new X509Certificate(sequence(body, ECDSA_WITH_SHA256, bits(signature))).toString();
}

function nameOf(commonName: string, organizations: readonly string[]): Buffer {
  const part = (id: string, text: string): Buffer => set(sequence(objectId(id), utf8(text)));
  return sequence(...organizations.map((name) => part('2.5.4.10', name)), part('2.5.4.3', commonName));
}

function alternativeName(host: string): Buffer {
  if (isIP(host) === 4) return der(0x87, Buffer.from(host.split('.').map(Number)));
  if (host === '::1') return der(0x87, Buffer.concat([Buffer.alloc(15), Buffer.from([1])]));
  return der(0x82, Buffer.from(host));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectId(id), ...(critical ? [truth(true)] : []), octets(value));
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
