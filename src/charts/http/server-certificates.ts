import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What servers showed last to prove who they are. */
export interface ServerCertificates {
  /** An answer came by this socket. */
  readonly note: (host: string, socket: Socket) => void;
  /** PEM by host. */
  readonly all: () => ReadonlyMap<string, string>;
}

/** Of the rest those are forgotten that were asked longest ago. */
const MAX_HOSTS = 1_000;

export function createServerCertificates(): ServerCertificates {
  const known = new Map<string, string>(); // in the order of use
  const noted = new WeakSet<Socket>();
  return {
    note: (host, socket) => {
      // Once for a connection: it has one certificate.
      if (noted.has(socket) || !(socket instanceof TLSSocket)) return;
      noted.add(socket);
      const certificate = socket.getPeerX509Certificate();
      if (certificate === undefined) return;
      known.delete(host);
      known.set(host, certificate.toString());
      for (const oldest of known.size > MAX_HOSTS ? [...known.keys()].slice(0, 1) : []) known.delete(oldest);
    },
    all: () => known,
  };
}
