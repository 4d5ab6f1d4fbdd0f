import { TimeLimitError } from '../charts/http/exchange.ts';
import { RefusedAddressError } from '../net/checked-lookup.ts';

const CODES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'is a host that DNS does not know',
  EAI_AGAIN: 'could not be looked up: DNS does not answer',
  ECONNREFUSED: 'refused the connection',
  EHOSTUNREACH: 'cannot be reached from here',
  ENETUNREACH: 'cannot be reached from here',
  ETIMEDOUT: 'did not answer',
  ECONNRESET: 'ended the connection before it had answered',
  EPIPE: 'ended the connection before it had answered',
  EPROTO: 'does not speak TLS as expected: is it plain http?',
  ERR_PROXY_TUNNEL: 'could not be reached through the proxy',
  CERT_HAS_EXPIRED: 'has a certificate that has expired',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate of another host',
};

const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)/;

/** What the network did, to complete the name of a host. What Node says itself may hold an address as a whole. */
export function whyUnsent(caught: unknown): string {
  if (caught instanceof RefusedAddressError) return `is not asked: ${caught.message}`;
  if (caught instanceof TimeLimitError) return caught.message;
  if (caught instanceof AggregateError) return whyUnsent(caught.errors[0]);
  const code = caught instanceof Error && 'code' in caught ? String(caught.code) : '';
  if (UNTRUSTED.test(code))
    return 'has a certificate that is not trusted: put that of its CA into the key ca of the Secret';
  return (
    CODES[code.startsWith('ERR_SSL') ? 'EPROTO' : code] ??
    `could not be asked${code === '' ? '' : ` (${code})`}`
  );
}
