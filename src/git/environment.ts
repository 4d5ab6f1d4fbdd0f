import { constants } from 'node:fs';
import { access, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartUnavailableError } from '../api/errors.ts';
import { findProgram } from '../process/find-program.ts';
import type { Run, RunResult } from '../process/run.ts';
import type { WorkDir } from '../process/work-dir.ts';
import type { AddressGuard } from './addresses.ts';
import { accessText, asEnvironment, HARDENING, remoteSettings, type Setting } from './config.ts';
import { pinHttp, pinSsh } from './pins.ts';
import type { Endpoint, SshAccess } from './remote.ts';
import { ownPlaces, prepareSsh, type SshPlaces, type SshSetup } from './ssh-files.ts';
import { trustedWith } from './trusted.ts';

export interface EnvironmentOptions {
  /** The operator's own environment; children see the few variables of PASSED and no other. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ssh: SshPlaces;
  readonly workDir: WorkDir;
  readonly timeoutMs: number;
  readonly guard: AddressGuard;
  readonly run: Run;
}

export interface GitEnvironment {
  /** For commands that only read a mirror. */
  readonly local: Readonly<Record<string, string>>;
  /**
   * For one command that talks to `endpoint`; disposing deletes the keys and credentials that were laid out for it. Throws an
   * InvalidSpecError if the endpoint is at an address that must not be connected to.
   */
  remote(endpoint: Endpoint, o: RemoteOptions): Promise<RemoteEnvironment>;
}

export interface RemoteOptions {
  readonly signal: AbortSignal;
  /** Counted up to try the next of the addresses that a host has. */
  readonly turn: number;
}

export interface RemoteEnvironment extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** What is worth telling when the remote refuses us. */
  readonly ssh: { readonly keys: number; readonly unreadable: readonly string[] };
  /** How many addresses there are to try one after the other. */
  readonly addresses: number;
}

/** What 1.4.4 handed to git, and what says whom to trust. */
const PASSED =
  /^(PATH|TMPDIR|LD_PRELOAD|GNUPGHOME|GIT_PROXY_COMMAND|GIT_SSL_CAINFO|GIT_SSL_CAPATH|SSL_CERT_FILE|SSL_CERT_DIR|AWS_WEB_IDENTITY_TOKEN_FILE|AWS_ROLE_ARN|(?:(?:https?|all|no)_proxy)|(?:(?:HTTPS|ALL|NO)_PROXY)|NSS_WRAPPER_\w+|SECRETS_\w+|CLOUDSDK_\w+)$/;

/** Runs ssh with the configuration that SSH_CONFIG names. The image has it, so that it needs no shell. */
const SSH_PROGRAM = 'ssh-with-config';
const SSH_CONFIG = 'HELM_RELEASE_OPERATOR_SSH_CONFIG';

export async function createGitEnvironment(options: EnvironmentOptions): Promise<GitEnvironment> {
  const { env, ssh, workDir, timeoutMs, guard, run } = options;
  const homes = await makeHomes((await workDir.temp('git')).path, ssh.home);
  const gitConfig = join(ssh.home, '.gitconfig');
  const isShellFree = (await findProgram(SSH_PROGRAM, env['PATH'] ?? '')) !== undefined;
  const base: Readonly<Record<string, string>> = {
    ...passed(env),
    LC_ALL: 'C', // its messages are read by explain.ts
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_ALLOW_PROTOCOL: 'https:http:ssh',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_SSH_VARIANT: 'ssh',
  };
  const local = {
    ...base,
    HOME: homes.empty,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'none',
    ...asEnvironment(HARDENING),
  };
  const ask = (
    program: 'git' | 'ssh' | 'ssh-keygen',
    args: readonly string[],
    signal: AbortSignal,
  ): Promise<RunResult> => run(program, args, { env: local, cwd: workDir.path, timeoutMs, signal });
  const print = async (
    program: 'git' | 'ssh',
    args: readonly string[],
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const result = await ask(program, args, signal);
    return result.kind === 'done' ? result.stdout : undefined;
  };
  /** It fails for a file that is not there, as for a name that is not in it. */
  const findHostKey = async (
    name: string,
    file: string,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const result = await ask('ssh-keygen', ['-F', name, '-f', file], signal);
    if (result.kind === 'failed' && result.exitCode !== undefined) return '';
    return result.kind === 'done' ? result.stdout : undefined;
  };
  const layOutSsh = async (dir: string, own: SshAccess | undefined): Promise<SshSetup> =>
    prepareSsh(dir, own === undefined ? ssh : await ownPlaces(dir, own), Math.ceil(timeoutMs / 1000));
  let version: string | undefined; // of git, once it is known
  const needPins = async (signal: AbortSignal): Promise<void> => {
    version ??= await print('git', ['version'], signal);
    const why = version === undefined ? undefined : cannotPin(version);
    if (why !== undefined) throw new ChartUnavailableError(why);
  };

  return {
    local,
    remote: async (endpoint, { signal, turn }) => {
      const hasGitConfig = await readable(gitConfig);
      // A gitconfig may turn https into ssh.
      const needsSsh = endpoint.url.kind === 'ssh' || hasGitConfig;
      await using files = new AsyncDisposableStack();
      const temp = async (prefix: string): Promise<string> => files.use(await workDir.temp(prefix)).path;
      const { access, hasOwnAccess } = endpoint;
      const setup = needsSsh ? await layOutSsh(await temp('ssh'), access.ssh) : undefined;
      const pinning = { guard, hasGitConfig, signal };
      let pins: readonly Setting[] = [];
      let addresses = 1;
      if (endpoint.url.kind !== 'ssh') {
        pins = await pinHttp(endpoint, { ...pinning, env: base });
        if (pins.length > 0) await needPins(signal);
      } else if (setup) {
        addresses = await pinSsh(endpoint, setup, {
          ...pinning,
          turn,
          print: (args) => print('ssh', args, signal),
          findHostKey: (name, file) => findHostKey(name, file, signal),
        });
      }
      const { GIT_SSL_CAINFO: trusted, ...others } = base;
      const own = hasOwnAccess ? await layOutAccess(await temp('credentials'), endpoint, trusted) : undefined;
      const kept = files.move();
      return {
        env: {
          // The variable would win over the file for this remote.
          ...(own?.hasAuthorities === true ? others : base),
          // Credentials of the installation are not for objects that bring their own.
          HOME: hasOwnAccess ? homes.empty : homes.withNetrc,
          GIT_CONFIG_GLOBAL: hasGitConfig ? gitConfig : '/dev/null',
          ...asEnvironment([...HARDENING, ...pins, ...remoteSettings(endpoint.address, own?.file)]),
          ...sshSettings(setup, isShellFree),
        },
        ssh: { keys: setup?.keys ?? 0, unreadable: setup?.unreadable ?? [] },
        addresses,
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
  };
}

/** Files in `dir`, of which git is told the first. `trusted` is what an administrator has named instead of the system's certificates. */
async function layOutAccess(
  dir: string,
  { address, access }: Endpoint,
  trusted: string | undefined,
): Promise<{ readonly file: string; readonly hasAuthorities: boolean }> {
  const [file, caFile] = [join(dir, 'config'), join(dir, 'trusted.pem')];
  const hasAuthorities = access.ca !== undefined;
  if (access.ca !== undefined)
    await writeFile(caFile, await trustedWith(access.ca, trusted), { mode: 0o600 });
  await writeFile(file, accessText(address, access, hasAuthorities ? caFile : undefined), { mode: 0o600 });
  return { file, hasAuthorities };
}

/** A command of one word git runs itself; one with arguments it gives to a shell. */
function sshSettings(setup: SshSetup | undefined, isShellFree: boolean): Readonly<Record<string, string>> {
  if (setup === undefined) return { GIT_SSH_COMMAND: 'false' };
  return isShellFree
    ? { GIT_SSH_COMMAND: SSH_PROGRAM, [SSH_CONFIG]: setup.config }
    : { GIT_SSH_COMMAND: setup.command };
}

/** Older versions would look the name up themselves and not say so. */
function cannotPin(version: string): string | undefined {
  const [, major = '', minor = ''] = /^git version (\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 37)) return undefined;
  return `${version.trim()} cannot be held to the addresses that were checked: install git 2.37 or later`;
}

function passed(env: EnvironmentOptions['env']): Record<string, string> {
  const pairs = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const found = Object.fromEntries(pairs.filter(([name]) => PASSED.test(name)));
  // libcurl does not read SSL_CERT_FILE; whoever sets it for everything else means git too.
  const authority = found['GIT_SSL_CAINFO'] ?? found['SSL_CERT_FILE'];
  return authority === undefined ? found : { ...found, GIT_SSL_CAINFO: authority };
}

/** The real home may hold more than git should see; of it only .netrc is shown, as it is at the time of use. */
async function makeHomes(dir: string, home: string): Promise<{ empty: string; withNetrc: string }> {
  const [empty, withNetrc] = [join(dir, 'home-empty'), join(dir, 'home')];
  await mkdir(empty, { recursive: true, mode: 0o700 });
  await mkdir(withNetrc, { recursive: true, mode: 0o700 });
  await symlink(join(home, '.netrc'), join(withNetrc, '.netrc'));
  return { empty, withNetrc };
}

function readable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
