import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/**
 * Trusts whom the system trusts, as git and helm do beside us: what an administrator mounts there, or names in
 * SSL_CERT_FILE, counts for chart repositories and values too. Node by itself looks only into the list it was built with.
 */
export function trustTheSystem(): void {
  const system = getCACertificates('system');
  if (system.length > 0) setDefaultCACertificates([...system, ...getCACertificates('extra')]);
}
