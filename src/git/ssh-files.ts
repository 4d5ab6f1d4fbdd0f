import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import type { SshAccess } from './remote.ts';
import { rewriteAdminConfig, sshConfig, type SshPin } from './ssh-config.ts';

/** Where an administrator mounts what ssh needs. */
export interface SshPlaces {
  /** Holds `.ssh` with config, known_hosts, identity and id_*. */
  readonly home: string;
  readonly identities: readonly string[];
  readonly knownHosts: readonly string[];
}

/** The places of Helm Operator 1.4.4 and its chart. */
export function defaultSshPlaces(home: string): SshPlaces {
  return {
    home,
    identities: ['/etc/fluxd/ssh/identity', '/var/fluxd/keygen/identity'],
    knownHosts: ['/etc/ssh/ssh_known_hosts'],
  };
}

/** Places in `dir` that hold what an object brings, and nothing of the installation. */
export async function ownPlaces(dir: string, { identity, knownHosts }: SshAccess): Promise<SshPlaces> {
  const home = join(dir, 'own');
  const places = { home, identities: [join(home, 'identity')], knownHosts: [join(home, 'known_hosts')] };
  await mkdir(home, { mode: 0o700 });
  await writeFile(join(home, 'identity'), identity, { mode: 0o600 });
  await writeFile(join(home, 'known_hosts'), knownHosts, { mode: 0o600 });
  return places;
}

export interface SshSetup {
  /** For GIT_SSH_COMMAND. */
  readonly command: string;
  /** The file of its configuration. */
  readonly config: string;
  /** Whether an administrator's own is part of it. */
  readonly hasAdminConfig: boolean;
  /** Files of keys of hosts, unless the administrator's own configuration names others. */
  readonly knownHosts: readonly string[];
  /** Whether hosts may prove who they are by the word of an authority. */
  readonly hasAuthorities: boolean;
  /** Writes the configuration anew. */
  pin(pin: SshPin | undefined): Promise<void>;
  /** Private keys that were found and could be read. */
  readonly keys: number;
  /** Files that are there but may not be read. */
  readonly unreadable: readonly string[];
}

/** Writes ssh's configuration and copies of the keys, 0600 and ours, into `dir`, a private directory for one call. */
export async function prepareSsh(
  dir: string,
  places: SshPlaces,
  connectTimeoutSeconds: number,
): Promise<SshSetup> {
  const userDir = join(places.home, '.ssh');
  const unreadable: string[] = [];
  const read = (path: string): Promise<string | undefined> => readIfThere(path, unreadable);

  const copies: string[] = [];
  await mkdir(join(dir, 'keys'));
  async function copyKey(path: string): Promise<string | undefined> {
    const key = await read(path);
    if (key === undefined || key.trim() === '') return undefined;
    const copy = join(dir, 'keys', `${String(copies.length)}-${basename(path)}`);
    copies.push(copy);
    // ssh cannot read a key without a final line feed or with carriage returns, and Secrets often hold one.
    await writeFile(copy, `${key.replaceAll('\r', '').trimEnd()}\n`, { mode: 0o600 });
    await copyFile(`${path}-cert.pub`, `${copy}-cert.pub`).catch(() => undefined);
    return copy;
  }

  const identities: string[] = [];
  for (const path of [...places.identities, ...(await keysIn(userDir))]) {
    const copy = await copyKey(path);
    if (copy !== undefined) identities.push(copy);
  }
  const included = await includeAdminConfig(dir, places.home, await read(join(userDir, 'config')), copyKey);
  const userKnownHosts = [join(userDir, 'known_hosts')];
  const knownHosts = [...userKnownHosts, ...places.knownHosts];
  const known = await Promise.all(knownHosts.map((path) => readIfThere(path, [])));
  const config = join(dir, 'config');
  const write = (pin: SshPin | undefined): Promise<void> => {
    const input = { identities, userKnownHosts, globalKnownHosts: places.knownHosts, included };
    return writeFile(config, sshConfig({ ...input, connectTimeoutSeconds, pin }), { mode: 0o600 });
  };
  await write(undefined);
  return {
    command: `ssh -F ${shellQuoted(config)}`,
    config,
    hasAdminConfig: included !== undefined,
    knownHosts,
    hasAuthorities: known.some((text) => text !== undefined && /^@cert-authority\s/m.test(text)),
    pin: write,
    keys: copies.length,
    unreadable,
  };
}

async function includeAdminConfig(
  dir: string,
  home: string,
  text: string | undefined,
  copyKey: (path: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const named = new Map<string, string>();
  rewriteAdminConfig(text, home, (path) => {
    named.set(path, path);
    return path;
  });
  for (const path of named.keys()) {
    if (isAbsolute(path)) named.set(path, (await copyKey(path)) ?? path);
  }
  const file = join(dir, 'admin-config');
  await writeFile(
    file,
    rewriteAdminConfig(text, home, (path) => named.get(path) ?? path),
    { mode: 0o600 },
  );
  return file;
}

async function keysIn(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch(() => []);
  return names
    .filter((name) => name === 'identity' || /^id_[a-z0-9_]+$/.test(name))
    .sort()
    .map((name) => join(dir, name));
}

async function readIfThere(path: string, unreadable: string[]): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') unreadable.push(path);
    return undefined;
  }
}

/** git hands the command to a shell. */
function shellQuoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
