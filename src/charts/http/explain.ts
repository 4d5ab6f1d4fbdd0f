import { ChartUnavailableError, OperatorError } from '../../api/errors.ts';
import { RefusedAddressError } from '../../net/checked-lookup.ts';
import { SizeLimitError } from './body.ts';
import { TimeLimitError } from './exchange.ts';
import { showUrl } from './redirect.ts';
import type { TlsFor } from './tls.ts';

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
  'its CA is not among those trusted here; put the certificate of the CA as ca.crt into the Secret of spec.chart.chartPullSecret, or mount it and name the file in SSL_CERT_FILE';

/** The alerts by which a server refuses a handshake, in the words of OpenSSL: the codes differ by version of TLS. */
const ALERT = / alert (unknown ca|\w+ certificate|certificate \w+|access denied|handshake failure)/;

const OWN_CERTIFICATE = 'tls.crt and tls.key in the Secret of spec.chart.chartPullSecret';

/** The codes with which OpenSSL says that it does not believe a certificate. */
const CERTIFICATE_CODES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'it is self-signed; put it as ca.crt into the Secret of spec.chart.chartPullSecret, or mount it and name the file in SSL_CERT_FILE',
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
export function explainFailure(
  {
    url,
    tls,
    signal,
  }: { readonly url: URL; readonly tls?: TlsFor | undefined; readonly signal: AbortSignal },
  caught: unknown,
): Error {
  if (signal.aborted) return signal.reason instanceof Error ? signal.reason : new Error('aborted');
  if (caught instanceof OperatorError) return caught;
  const why = reasonOf(caught, tls?.tls.certificate !== undefined);
  return new ChartUnavailableError(`${showUrl(url)} ${why ?? 'could not be fetched'}`, {
    ...(why === undefined ? { cause: caught } : {}),
  });
}

function reasonOf(caught: unknown, certified: boolean): string | undefined {
  if (caught instanceof RefusedAddressError) return `is not asked: ${caught.message}`;
  if (caught instanceof TimeLimitError || caught instanceof SizeLimitError) return caught.message;
  if (caught instanceof AggregateError) return reasonOf(caught.errors[0], certified);
  if (!hasCode(caught)) return undefined;

  const certificate = CERTIFICATE_CODES[caught.code];
  if (certificate !== undefined) return `has a certificate that is not trusted: ${certificate}`;
  const known = CODES[caught.code] ?? (caught.code.startsWith('ERR_SSL') ? CODES['EPROTO'] : undefined);
  return aboutOurs(caught, certified) ?? known;
}

function hasCode(caught: unknown): caught is Error & { readonly code: string } {
  return caught instanceof Error && 'code' in caught && typeof caught.code === 'string';
}

/** What a server holds against the client certificate that it got, or did not get. */
function aboutOurs(caught: Error & { readonly code: string }, certified: boolean): string | undefined {
  const alert = ALERT.exec(caught.message)?.[1];
  if (alert === 'handshake failure' && !certified)
    return `refuses the TLS handshake: if it wants a client certificate, add ${OWN_CERTIFICATE}`;
  if (alert === 'certificate required')
    return `wants a client certificate, and there is none: add ${OWN_CERTIFICATE}`;
  if (alert !== undefined)
    return `does not accept our client certificate (${alert}): check ${OWN_CERTIFICATE}`;
  return certified && caught.code === 'ECONNRESET'
    ? `ended the connection without a word: check ${OWN_CERTIFICATE}, which it may not accept`
    : undefined;
}
