import { X509Certificate } from 'node:crypto';
import { claimsIn } from '../kube/connect/token-claims.ts';

/** From when until when something is valid, in seconds of the Unix epoch. */
export interface Life {
  readonly issued: number | undefined;
  readonly expires: number;
}

/** Of the first certificate in a PEM: that of a client, the rest is who vouches for it. */
export function lifeOfCertificate(pem: string): Life | undefined {
  try {
    const { validFrom, validTo } = new X509Certificate(pem);
    return lifeOf(Date.parse(validFrom) / 1000, Date.parse(validTo) / 1000);
  } catch {
    return undefined;
  }
}

/** Of a JSON Web Token. */
export function lifeOfToken(token: string): Life | undefined {
  const { nbf, iat, exp } = claimsIn(token) ?? {};
  return lifeOf(nbf ?? iat, exp);
}

function lifeOf(issued: unknown, expires: unknown): Life | undefined {
  if (!isTime(expires)) return undefined;
  return { issued: isTime(issued) ? issued : undefined, expires };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
