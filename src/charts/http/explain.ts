import { ChartUnavailableError, OperatorError } from '../../api/errors.ts';
import { SizeLimitError } from './body.ts';
import { RefusedAddressError } from './connections.ts';
import { TimeLimitError } from './exchange.ts';
import { showUrl } from './redirect.ts';

/** What the codes of Node mean to the person who wrote the URL. */
const CODES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'is on a host that DNS does not know: check the host name',
  EAI_AGAIN: 'is on a host whose name could not be resolved: DNS does not answer',
  ECONNREFUSED: 'refused the connection: is it running, and is the port right?',
  EHOSTUNREACH: 'is on a host that cannot be reached from here',
  ENETUNREACH: 'is on a network that cannot be reached from here',
  ETIMEDOUT: 'did not answer',
  ECONNRESET: 'ended the connection before it had answered',
  EPIPE: 'ended the connection before it had answered',
  ERR_STREAM_PREMATURE_CLOSE: 'ended the connection in the middle of its answer',
  EPROTO: 'does not speak TLS as expected: is it plain http?',
  ERR_PROXY_TUNNEL: 'could not be reached through the proxy',
  Z_DATA_ERROR: 'sent a damaged gzip body',
  Z_BUF_ERROR: 'sent a damaged gzip body',
};

const UNKNOWN_AUTHORITY =
  'its CA is not among those trusted here; mount the certificate of the CA and name the file in SSL_CERT_FILE';

/** The codes with which OpenSSL says that it does not believe a certificate. */
const CERTIFICATE_CODES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed; mount it and name the file in SSL_CERT_FILE',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${UNKNOWN_AUTHORITY}, unless the server leaves out a link of its chain`,
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it is revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it was issued for another host name',
  HOSTNAME_MISMATCH: 'it was issued for another host name',
};

/**
 * Turns whatever the network did into a sentence that names the URL. An abort by the caller, and what is
 * a sentence already, pass unchanged.
 */
export function explainFailure(url: URL, caught: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason instanceof Error ? signal.reason : new Error('aborted');
  if (caught instanceof OperatorError) return caught;
  const why = reasonOf(caught);
  return new ChartUnavailableError(`${showUrl(url)} ${why ?? 'could not be fetched'}`, {
    ...(why === undefined ? { cause: caught } : {}),
  });
}

function reasonOf(caught: unknown): string | undefined {
  if (caught instanceof RefusedAddressError) return `is not asked: ${caught.message}`;
  if (caught instanceof TimeLimitError || caught instanceof SizeLimitError) return caught.message;
  if (caught instanceof AggregateError) return reasonOf(caught.errors[0]);
  if (!(caught instanceof Error) || !('code' in caught) || typeof caught.code !== 'string') return undefined;

  const certificate = CERTIFICATE_CODES[caught.code];
  if (certificate !== undefined) return `has a certificate that is not trusted: ${certificate}`;
  return CODES[caught.code] ?? (caught.code.startsWith('ERR_SSL') ? CODES['EPROTO'] : undefined);
}
