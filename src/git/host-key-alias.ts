import { isAbsolute } from 'node:path';
import type { SshTarget } from './ssh-pin.ts';

/** What `ssh-keygen` prints of the lines for a name in a file, empty if there are none; undefined if it cannot be run. */
export type FindHostKey = (name: string, file: string) => Promise<string | undefined>;

/**
 * The name by which ssh would find the key of a host. At a port of its own that is the name with the port; where no key is
 * known by that, ssh tries the name alone, but not if it is given an alias. Undefined if it is not clear.
 */
export async function hostKeyAlias(
  { host, port, alias, knownHosts }: Pick<SshTarget, 'host' | 'port' | 'alias' | 'knownHosts'>,
  find: FindHostKey,
): Promise<string | undefined> {
  if (alias !== undefined) return alias;
  const name = host.toLowerCase();
  if (port === '22') return name;
  // ssh prints names of files as they are: one with a space in it comes in parts.
  if (knownHosts.some((file) => !isAbsolute(file) || file.includes('%'))) return undefined;

  const withPort = `[${name}]:${port}`;
  const found = await Promise.all(knownHosts.map((file) => find(withPort, file)));
  if (found.includes(undefined)) return undefined;
  const lines = found.flatMap((text = '') => text.split('\n')).filter((line) => /^[^#\s]/.test(line));
  // A key that is revoked for the name with the port would count for nothing by the name alone.
  if (lines.some((line) => line.startsWith('@'))) return undefined;
  return lines.length > 0 ? withPort : name;
}
