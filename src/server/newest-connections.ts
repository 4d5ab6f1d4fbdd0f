import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Keeps to so many connections by closing the oldest for each that comes: first those that ask for nothing, or have not
 * asked to the end, then those whose answer takes longest. So nobody can shut out a probe by holding connections.
 */
export function keepNewestConnections(server: Server, max: number): void {
  // Sets keep the order in which they were added to.
  const idle = new Set<Socket>();
  const answering = new Set<Socket>();

  server.on('connection', (socket) => {
    if (idle.size + answering.size >= max) {
      const [oldest] = idle.size > 0 ? idle : answering;
      if (oldest !== undefined) drop(oldest);
    }
    idle.add(socket);
    socket.once('close', () => {
      forget(socket);
    });
  });
  server.on('request', ({ socket }, response) => {
    idle.delete(socket);
    answering.add(socket);
    response.once('close', () => {
      if (answering.delete(socket) && !socket.destroyed) idle.add(socket);
    });
  });

  function drop(socket: Socket): void {
    forget(socket);
    socket.destroy();
  }

  function forget(socket: Socket): void {
    idle.delete(socket);
    answering.delete(socket);
  }
}
