import { isIP } from 'node:net';
import { ChartUnavailableError } from '../api/errors.ts';
import type { AddressGuard } from './addresses.ts';
import type { Setting } from './config.ts';
import { unknownHost } from './explain.ts';
import { type FindHostKey, hostKeyAlias } from './host-key-alias.ts';
import { httpPin, NOWHERE, usesProxy } from './http-pin.ts';
import type { Endpoint } from './remote.ts';
import type { SshSetup } from './ssh-files.ts';
import { isSameBut, plainTarget, printConfig, readTarget, sshPin, type SshTarget } from './ssh-pin.ts';

export interface PinOptions {
  readonly guard: AddressGuard;
  /** An administrator's gitconfig, which may put another address or a proxy in the place of what it is told. */
  readonly hasGitConfig: boolean;
  readonly signal: AbortSignal;
}

/**
 * Settings by which git connects to nothing but what was checked. Where a proxy resolves the name, or an administrator may have
 * put something in its place, it is not needed here; git is kept from finding it by itself all the same.
 */
export async function pinHttp(
  endpoint: Endpoint,
  { guard, hasGitConfig, signal, env }: PinOptions & { readonly env: Readonly<Record<string, string>> },
): Promise<readonly Setting[]> {
  const { url } = endpoint;
  const address = new URL(endpoint.address);
  const proxy = usesProxy(address, env);
  if (proxy === 'yes' && isIP(url.host) === 0) return httpPin(address, [NOWHERE]);

  const found = await guard(url.host, signal);
  switch (found.kind) {
    case 'address':
      return [];
    case 'name':
      return httpPin(address, found.addresses);
    case 'unknown':
      if (hasGitConfig || proxy !== 'no') return httpPin(address, [NOWHERE]);
      throw new ChartUnavailableError(unknownHost({ host: url.host, repo: url.shown, why: found.why }));
  }
}

export interface PinSshOptions extends PinOptions {
  /** Prints what ssh makes of its arguments; undefined if it cannot. */
  readonly print: (args: readonly string[]) => Promise<string | undefined>;
  readonly findHostKey: FindHostKey;
  /** Which of the addresses comes first: ssh can be held to one only. */
  readonly turn: number;
}

/**
 * Holds ssh to what was checked; gives back how many addresses there are to try. A configuration of an administrator is
 * asked first what it makes of the host. Where it lets another program connect only an address can be checked, and where it
 * has rules that a pin would change the address is checked and not pinned.
 */
export async function pinSsh({ url }: Endpoint, setup: SshSetup, o: PinSshOptions): Promise<number> {
  const ask = async (): Promise<SshTarget | undefined> => {
    if (!setup.hasAdminConfig) return plainTarget(url, setup.knownHosts);
    const printed = await o.print(printConfig(setup.config, url));
    return printed === undefined ? undefined : readTarget(printed);
  };
  const target = await ask();
  if (target === undefined) return 1; // ssh itself will say what is wrong with it
  if (target.proxied && isIP(target.host) === 0) return 1;

  const found = await o.guard(target.host, o.signal);
  if (found.kind === 'address') return 1;
  if (found.kind === 'unknown' && !o.hasGitConfig)
    throw new ChartUnavailableError(unknownHost({ host: target.host, repo: url.shown, why: found.why }));

  const addresses = found.kind === 'name' ? found.addresses : [NOWHERE];
  const address = addresses[o.turn % addresses.length] ?? NOWHERE;
  const alias = await hostKeyAlias(target, o.findHostKey);
  const pin = sshPin(url, target, { address, alias, hasAuthorities: setup.hasAuthorities });
  await setup.pin(pin);
  if (pin === undefined || !setup.hasAdminConfig) return addresses.length;

  const pinned = await ask();
  if (pinned === undefined || !isSameBut(target, pinned, pin)) await setup.pin(undefined);
  return addresses.length;
}
