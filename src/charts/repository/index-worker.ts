/** A thread that does one task of index-reader.ts. The bundle needs it as a program of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { perform, type Task } from './index-reader.ts';

parentPort?.postMessage(await perform(workerData as Task));
