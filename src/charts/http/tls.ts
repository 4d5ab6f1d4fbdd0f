import { createHash, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** How a server has to prove who it is, and how we do, beyond what the whole installation trusts. All PEM. */
export interface Tls {
  /** Certificates of CAs that are trusted besides the usual ones. */
  readonly ca?: string;
  /** Shown to servers that ask for one. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Whoever answers is believed. */
  readonly skipVerify?: boolean;
}

/** The CA counts wherever a request leads; certificate and blind faith are for one host only. */
export interface TlsFor {
  readonly host: URL;
  readonly tls: Tls;
}

/** Equal for two that make the same connections. */
export function tlsKey({ ca = '', certificate, skipVerify = false }: Tls = {}): string {
  if (ca === '' && certificate === undefined && !skipVerify) return '';
  const parts = [ca, certificate?.cert ?? '', certificate?.key ?? '', skipVerify];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Says what is wrong with it before any server does; `names` are what the parts are called where they come from. */
export function checkTls(
  { ca, certificate }: Tls,
  names: { readonly ca: string; readonly certificate: string; readonly key: string },
): string | undefined {
  if (ca !== undefined && !isCertificate(ca)) return `${names.ca} holds no certificate in PEM`;
  if (certificate === undefined) return undefined;
  if (!isCertificate(certificate.cert)) return `${names.certificate} holds no certificate in PEM`;
  try {
    createSecureContext(certificate);
    return undefined;
  } catch (caught) {
    const mismatch = caught instanceof Error && /mismatch/i.test(caught.message);
    return mismatch
      ? `${names.key} is not the key of ${names.certificate}`
      : `${names.key} holds no private key in PEM that can be used without a passphrase`;
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
