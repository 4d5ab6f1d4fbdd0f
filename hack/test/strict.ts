import { config } from 'chai';
import type Mocha from 'mocha';

/** What a message was is worth more than a short line. */
config.truncateThreshold = 0;

/**
 * Mocha lets a rejection that nobody handles pass. In the operator it ends the process, so here it fails the run: at
 * its end, because mocha cannot go on after a failure in the middle of an asynchronous test.
 */
const seen = new WeakSet<Promise<unknown>>();
const unhandled: Error[] = [];
let running = 'before the first test';

process.on('unhandledRejection', (reason, promise) => {
  if (seen.has(promise)) return; // mocha emits it once more
  seen.add(promise);
  const error = new Error(`nobody handled a rejection during "${running}"`, { cause: reason });
  unhandled.push(error);
  console.error(error);
});

export const mochaHooks: Mocha.RootHookObject = {
  beforeEach(this: Mocha.Context) {
    running = this.currentTest?.fullTitle() ?? running;
  },
  afterAll() {
    const [first] = unhandled;
    if (first) throw first;
  },
};
