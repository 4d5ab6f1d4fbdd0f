/** A thread that reads the files of a portion.ts. The bundle needs it as a program of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Packed, parsePacked } from './portion.ts';

parentPort?.postMessage(parsePacked(workerData as Packed));
