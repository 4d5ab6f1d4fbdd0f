/**
 * The supervisor: a small process that starts all children of the operator. Its argument is the work directory that owns
 * them. It ends when the operator is gone and its last child has ended.
 */
import { createRun } from '../run.ts';
import type { Order, Report } from './messages.ts';

const run = createRun({ owner: process.argv[2] ?? '' });
const running = new Map<number, AbortController>();

process.on('message', (order: Order) => {
  if (order.kind === 'stop') running.get(order.id)?.abort();
  else void follow(order);
});
process.once('disconnect', endWhenIdle);

async function follow({ id, file, args, options }: Extract<Order, { kind: 'run' }>): Promise<void> {
  const stop = new AbortController();
  running.set(id, stop);
  const end = await run(file, args, { ...options, signal: stop.signal }).catch((error: unknown) => {
    if (stop.signal.aborted) return 'stopped' as const;
    throw error;
  });
  running.delete(id);
  report({ id, end });
  if (!process.connected) endWhenIdle();
}

function report(message: Report): void {
  // An operator that is gone wants to know nothing.
  if (process.connected) process.send?.(message, () => undefined);
}

function endWhenIdle(): void {
  if (running.size === 0) process.exit();
}
