import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { descendantsOf } from './descendants.ts';

/** How an image says that it is started. */
export interface ImageConfig {
  readonly Entrypoint: readonly string[];
  readonly Env: readonly string[];
  /** `UID:GID`. */
  readonly User: string;
}

export interface ContainerOptions {
  /** The image's files. */
  readonly root: string;
  readonly config: ImageConfig;
  readonly args: readonly string[];
  /** Folders of this machine by their place in the container. Nothing else can be written there. */
  readonly writable: Readonly<Record<string, string>>;
  readonly readOnly: Readonly<Record<string, string>>;
}

export interface Container {
  /** All processes in there, the first one first. */
  readonly pids: () => readonly number[];
  readonly log: () => string;
  /** SIGTERM for the first process; gives the exit status that it ends with. */
  readonly stop: () => Promise<number | null>;
}

/** As a container runtime does it: devices and folders first, then the root read-only, then all rights but those of the user away. */
const SCRIPT = `
mount --bind "$ROOT" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs -o mode=755,size=64k tmpfs "$ROOT/dev"
for device in null zero random urandom; do
  touch "$ROOT/dev/$device"
  mount --bind "/dev/$device" "$ROOT/dev/$device"
done
while read -r mode folder path; do
  mount --bind "$folder" "$ROOT$path"
  mount -o "remount,bind,$mode" "$ROOT$path"
done <<<"$MOUNTS"
mount -o remount,ro "$ROOT/dev"
mount -o remount,bind,ro "$ROOT"
mapfile -t variables <<<"$VARIABLES"
exec env -i "\${variables[@]}" /usr/bin/setpriv --no-new-privs /usr/sbin/chroot --userspec="$OWNER" "$ROOT" "$@"
`;

/**
 * Starts the entry point of an image with processes and mounts of its own, under its own user, on a read-only root. The network
 * is this machine's, so that servers on loopback are reached. Only root can do it.
 */
export function startContainer({ root, config, args, writable, readOnly }: ContainerOptions): Container {
  const mounts = [
    ...Object.entries(writable).map(([path, folder]) => `rw ${folder} ${path}`),
    ...Object.entries(readOnly).map(([path, folder]) => `ro ${folder} ${path}`),
  ];
  const isolated = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private', '--'];
  const child = spawn(
    'unshare',
    [...isolated, 'bash', '-euc', SCRIPT, 'container', ...config.Entrypoint, ...args],
    {
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        ROOT: root,
        MOUNTS: mounts.join('\n'),
        VARIABLES: config.Env.join('\n'),
        OWNER: config.User,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return { pids: () => descendantsOf(child.pid ?? 0), log: () => output, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  const [first] = descendantsOf(child.pid ?? 0);
  if (first !== undefined) process.kill(first, 'SIGTERM');
  await ended;
  return child.exitCode;
}
