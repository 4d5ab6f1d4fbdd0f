import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** For known_hosts. */
  readonly knownHost: string;
  /** A private key that is let in. */
  readonly identity: string;
  /** `path` is absolute. */
  url(path: string): string;
  /** What clients have run so far. */
  commands(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** A real OpenSSH server on loopback with fresh keys; it lets in the current user and runs what git asks for. */
export async function startSshd(dir: string): Promise<Sshd> {
  const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find((path) => existsSync(path));
  if (sshd === undefined) throw new Error('sshd is not installed: run hack/debian.sh, which installs it');
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 }); // it insists, as root

  await mkdir(dir, { recursive: true });
  const hostKey = await makeKey(join(dir, 'host_key'));
  const clientKey = await makeKey(join(dir, 'client_key'));
  const log = join(dir, 'commands');
  const wrapper = join(dir, 'wrapper');
  await writeFile(log, '');
  await writeFile(
    wrapper,
    `#!/bin/sh\nprintf '%s\\n' "$SSH_ORIGINAL_COMMAND" >> '${log}'\nexec sh -c "$SSH_ORIGINAL_COMMAND"\n`,
  );
  await chmod(wrapper, 0o755);
  await writeFile(join(dir, 'authorized_keys'), clientKey.publicLine);

  const port = await freePort();
  const config = join(dir, 'sshd_config');
  await writeFile(
    config,
    [
      `Port ${String(port)}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(dir, 'host_key')}`,
      `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
      `ForceCommand ${wrapper}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no', // our folder is below the world-writable /tmp
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'AcceptEnv GIT_PROTOCOL',
      '',
    ].join('\n'),
  );
  const server = spawn(sshd, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(server.stderr);
  server.stderr.resume();
  const user = userInfo().username;
  return {
    port,
    user,
    knownHost: `[127.0.0.1]:${String(port)} ${hostKey.publicLine}`,
    identity: await readFile(join(dir, 'client_key'), 'utf8'),
    url: (path) => `ssh://${user}@127.0.0.1:${String(port)}${path}`,
    commands: async () => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== ''),
    stop: async () => {
      if (server.exitCode === null && server.kill()) await once(server, 'exit');
    },
  };
}

/** Also for keys that a server does not know. */
export async function makeKey(
  path: string,
): Promise<{ readonly privateKey: string; readonly publicLine: string }> {
  const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path]);
  if (made.status !== 0) throw new Error('ssh-keygen failed: run hack/debian.sh, which installs it');
  const [privateKey, publicKey] = await Promise.all([
    readFile(path, 'utf8'),
    readFile(`${path}.pub`, 'utf8'),
  ]);
  return { privateKey, publicLine: `${publicKey.trim()}\n` };
}

async function listening(output: Readable): Promise<void> {
  let text = '';
  for await (const chunk of output.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (text.includes('Server listening on')) return;
  }
  throw new Error(`sshd did not start: ${text.trim()}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
