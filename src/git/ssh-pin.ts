import type { SshPin } from './ssh-config.ts';
import { type GitUrl, sshDestination } from './url.ts';

/** What ssh would make of a destination by its configuration. */
export interface SshTarget {
  readonly host: string;
  readonly port: string;
  /** By which the key of the host is looked up. */
  readonly alias: string | undefined;
  /** Another program connects, and resolves the name where it runs. */
  readonly proxied: boolean;
  /** Files in which the key of the host may be. */
  readonly knownHosts: readonly string[];
  /** Keys come from somewhere else besides. */
  readonly hasOtherKeys: boolean;
  /** All else that the configuration says. */
  readonly rest: string;
}

/** Arguments of ssh that make it print its configuration for the destination, and connect to nothing. */
export function printConfig(config: string, url: GitUrl): readonly string[] {
  return ['-G', '-F', config, ...sshDestination(url)];
}

/** Without a configuration of an administrator. */
export function plainTarget({ host, port }: GitUrl, knownHosts: readonly string[]): SshTarget {
  return { host, port, alias: undefined, proxied: false, knownHosts, hasOtherKeys: false, rest: '' };
}

export function readTarget(printed: string): SshTarget {
  const lines = printed.split('\n').map((line) => line.trim());
  const value = (keyword: string): string | undefined => {
    const found = lines.find((line) => line.startsWith(`${keyword} `))?.slice(keyword.length + 1);
    return found === 'none' ? undefined : found;
  };
  const files = ['userknownhostsfile', 'globalknownhostsfile'].map(value);
  return {
    host: (value('hostname') ?? '').replace(/^\[|\]$/g, ''),
    port: value('port') ?? '22',
    alias: value('hostkeyalias'),
    proxied: value('proxyjump') !== undefined || value('proxycommand') !== undefined,
    knownHosts: files.flatMap((names = '') => names.split(' ').filter((name) => name !== '')),
    hasOtherKeys:
      value('knownhostscommand') !== undefined || /^(?:true|yes|ask)$/.test(value('verifyhostkeydns') ?? ''),
    rest: lines.filter((line) => !/^(?:hostname|hostkeyalias) /.test(line)).join('\n'),
  };
}

/** Tokens that ssh replaces by what a pin changes. */
const DEPENDS_ON_HOST = /%[hkC]/;

/**
 * Holds ssh to one address, while the key of the host is looked up by its name as before. Undefined if that would change more:
 * a certificate of a host is for its name, without the port by which a plain key is known, and where keys do not come from
 * files it is the program or the DNS that is asked for a name.
 */
export function sshPin(
  { host: given }: GitUrl,
  { port, alias: own, hasOtherKeys, rest }: SshTarget,
  {
    address,
    alias,
    hasAuthorities,
  }: { readonly address: string; readonly alias: string | undefined; readonly hasAuthorities: boolean },
): SshPin | undefined {
  if (alias === undefined || hasOtherKeys || DEPENDS_ON_HOST.test(rest)) return undefined;
  if (own === undefined && port !== '22' && hasAuthorities) return undefined;
  return { host: given, address, alias };
}

/** Whether ssh with a pin does all else as it would without: rules may depend on the name that the pin replaces. */
export function isSameBut(without: SshTarget, pinned: SshTarget, { address }: SshPin): boolean {
  return without.rest === pinned.rest && pinned.host === address;
}
