/** A thread that does one task of read-packed.ts. The bundle needs it as a program of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { payloadOrError } from './read-packed.ts';
import type { Packed } from './payload.ts';

parentPort?.postMessage(await payloadOrError(workerData as Packed));
