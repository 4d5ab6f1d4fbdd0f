/** A thread that does one task of index-reader.ts. The bundle needs it as a program of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { perform, type Task } from './index-reader.ts';

const result = perform(workerData as Task);
const bytes = result.kind === 'cut' ? result.bytes : undefined;
const whole = bytes?.buffer.byteLength === bytes?.byteLength; // small ones lie in a pool that others use
const own = bytes && whole ? [bytes.buffer as ArrayBuffer] : [];
parentPort?.postMessage(result, own);
