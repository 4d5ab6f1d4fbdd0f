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
  const end = await run(file, args, { ...options, signal: stop.signal }).catch(
    (error: unknown): Report['end'] =>
      // What goes wrong with one child must not end the others.
      stop.signal.aborted
        ? 'stopped'
        : { kind: 'not-started', why: `it could not be run (${codeOf(error)})` },
  );
  running.delete(id);
  report({ id, end });
  if (!process.connected) endWhenIdle();
}

/** Messages of execa quote the arguments. */
function codeOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}

function report(message: Report): void {
  // An operator that is gone wants to know nothing.
  if (process.connected) process.send?.(message, () => undefined);
}

function endWhenIdle(): void {
  if (running.size === 0) process.exit();
}
