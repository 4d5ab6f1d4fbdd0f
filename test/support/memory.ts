import type { MemoryRoom } from '../../src/process/memory-room.ts';

/** A machine that never lacks memory. */
export const ENDLESS: MemoryRoom = { lack: () => undefined, started: () => () => undefined };
