/** A thread that does one task of decoder.ts. The bundle needs it as a program of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { decodeOrSay } from './decoder.ts';

parentPort?.postMessage(await decodeOrSay(workerData as string));
