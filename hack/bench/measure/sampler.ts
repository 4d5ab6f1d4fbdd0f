import { familyOf, nameOf, pssOf } from './processes.ts';

/** What was seen between the start and the end of sampling. */
export interface Samples {
  /** Proportional memory of the processes and all that they started, when it was most. */
  readonly peakBytes: number;
  /** Of the processes alone, at the end. */
  readonly ownBytes: number;
  readonly mostHelmAtOnce: number;
}

export interface Sampler {
  readonly stop: () => Samples;
}

const INTERVAL_MS = 50;
/** Summing up memory makes the kernel walk all pages of a process: not each time. */
const MEMORY_EVERY = 5;

/** Looks at processes and their children while something goes on. `pids` is asked anew each time. */
export function startSampler(pids: () => readonly number[]): Sampler {
  let peakBytes = 0;
  let mostHelmAtOnce = 0;
  let round = 0;
  const look = (): void => {
    const own = pids();
    const children = own.flatMap(familyOf);
    mostHelmAtOnce = Math.max(
      mostHelmAtOnce,
      children.filter((pid) => nameOf(pid).startsWith('helm')).length,
    );
    if (round % MEMORY_EVERY === 0) peakBytes = Math.max(peakBytes, memoryOf([...own, ...children]));
    round += 1;
  };
  look();
  const timer = setInterval(look, INTERVAL_MS);
  return {
    stop: () => {
      clearInterval(timer);
      const ownBytes = memoryOf(pids());
      return { peakBytes: Math.max(peakBytes, ownBytes), ownBytes, mostHelmAtOnce };
    },
  };
}

function memoryOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + pssOf(pid), 0);
}
