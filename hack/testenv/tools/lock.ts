import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 200;

/**
 * Runs `work` while no other process on this machine holds the lock of that name; `onWait` is called once if it has to
 * wait. The lock is an abstract socket: the kernel gives it back when its holder dies, however it dies.
 */
export async function withLock<T>(name: string, work: () => Promise<T>, onWait: () => void): Promise<T> {
  const id = createHash('sha256').update(name).digest('hex').slice(0, 32);
  let server = await listen(`\0helm-release-operator-${id}`);
  if (server === undefined) onWait();
  while (server === undefined) {
    await delay(POLL_MS);
    server = await listen(`\0helm-release-operator-${id}`);
  }
  const held = server;
  try {
    return await work();
  } finally {
    await new Promise((resolve) => held.close(resolve));
  }
}

async function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => {
      resolve(server);
    });
  });
}
