import { isIP } from 'node:net';

/** Where to listen; all addresses of the machine if there is no host. */
export interface ListenAddress {
  readonly host?: string;
  readonly port: number;
}

/** `:3030`, `0.0.0.0:3030`, `[::1]:3030`, `localhost:3030`, as Go's net.Listen takes it. Undefined if it is none. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) return undefined;
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? { host: bracketed, port } : undefined;
  if (plain === undefined || plain === '') return { port };
  return isHost(plain) ? { host: plain, port } : undefined;
}

function isHost(text: string): boolean {
  if (/^[\d.]+$/.test(text)) return isIP(text) === 4;
  return /^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/i.test(text);
}
