/**
 * The supervisor: a small process that starts all children of the operator. Its argument is the work directory that owns
 * them. It ends when the operator is gone and its last child has ended. Where the operator says until when children may
 * run, it ends them by then, whatever has become of the operator: one that was stopped cannot do it itself.
 */
import { createRun } from '../run.ts';
import { createCurfew } from './curfew.ts';
import type { Order, Report } from './messages.ts';

const curfew = createCurfew();
const run = createRun({ owner: process.argv[2] ?? '', onStart: curfew.started });
const running = new Map<number, AbortController>();

process.on('message', (order: Order) => {
  switch (order.kind) {
    case 'stop':
      running.get(order.id)?.abort();
      break;
    case 'until':
      curfew.extend(order.ms);
      endWhenOver();
      break;
    case 'run':
      void follow(order);
      break;
  }
});
process.once('disconnect', endWhenIdle);

async function follow({ id, file, args, options }: Extract<Order, { kind: 'run' }>): Promise<void> {
  if (curfew.isOver()) {
    endWhenOver();
    return;
  }
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
  if (process.connected) endWhenOver();
  else endWhenIdle();
}

/** One that has ended its children starts no others. An operator that leads all the same starts another one of it. */
function endWhenOver(): void {
  if (curfew.isOver()) endWhenIdle();
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
