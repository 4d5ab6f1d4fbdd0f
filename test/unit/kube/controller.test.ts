import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import sinon from 'sinon';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { createWorkQueue, type WorkQueue } from '../../../src/kube/work-queue.ts';
import { createController, type ControllerOptions } from '../../../src/kube/controller.ts';
import type { Outcome } from '../../../src/kube/outcome.ts';
import { createVigil, type Vigil } from '../../../src/kube/vigil.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { testClock } from './support/fakes.ts';

const RELEASE: HelmRelease = {
  apiVersion: 'helm.fluxcd.io/v1',
  kind: 'HelmRelease',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { chart: {}, timeout: 60 },
};
const MINUTE = 60_000;

describe('the controller', () => {
  let timers: sinon.SinonFakeTimers;
  let queue: WorkQueue;
  let vigil: Vigil;
  let stop: AbortController;
  let running: Promise<void>;
  /** What each sync was: `true 12` for one that ended well after twelve seconds. */
  let syncs: string[];
  let passes: string[];
  let onPass: (key: string) => void;
  let forgotten: string[];

  beforeEach(() => {
    timers = sinon.useFakeTimers();
    queue = createWorkQueue(testClock);
    vigil = createVigil(testClock);
    stop = new AbortController();
    syncs = [];
    passes = [];
    onPass = () => undefined;
    forgotten = [];
  });
  afterEach(async () => {
    stop.abort(new Error('over'));
    queue.close();
    await timers.runAllAsync();
    await running;
    timers.restore();
  });

  const start = (
    reconcile: ControllerOptions<HelmRelease>['reconcile'],
    find: ControllerOptions<HelmRelease>['find'] = (key) => (key === 'shop/web' ? RELEASE : undefined),
  ): void => {
    const controller = createController({
      kind: 'HelmRelease',
      silenceMs: () => 100 * MINUTE,
      queue,
      vigil,
      reconcile,
      find,
      passes: 2,
      resyncMs: () => 10 * MINUTE,
      stopping: stop.signal,
      onForgotten: (key) => forgotten.push(key),
      onPass: (key, outcome) => {
        onPass(key);
        passes.push(outcome);
      },
      onSync: (_key, success, seconds) => syncs.push(`${String(success)} ${String(seconds)}`),
      clock: testClock,
      random: () => 0.5,
      log: silentLogger,
    });
    running = controller.run(stop.signal, new AbortController().signal);
  };
  /** Each pass takes a second and ends as the next of these. */
  const endingAs = (
    ...outcomes: readonly (Outcome | Error)[]
  ): ControllerOptions<HelmRelease>['reconcile'] => {
    const left = [...outcomes];
    return async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const outcome = left.shift() ?? { kind: 'done' };
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };
  };
  const untilPasses = async (count: number): Promise<void> => {
    queue.add('shop/web');
    while (passes.length < count) await timers.tickAsync(500);
  };

  it('forgets a HelmRelease of which another one has taken the name, with its pauses', async () => {
    let uid = 'first';
    const pauses: number[] = [];
    let lastAt = 0;
    start(
      async () => {
        pauses.push(Date.now() - lastAt);
        lastAt = Date.now();
        return await Promise.reject(new Error('no'));
      },
      () => ({ ...RELEASE, metadata: { ...RELEASE.metadata, uid } }),
    );
    await untilPasses(3);
    expect(forgotten).to.deep.equal([]);
    uid = 'second';
    queue.add('shop/web');
    await untilPasses(5);

    expect(forgotten).to.deep.equal(['shop/web']);
    expect(pauses.at(-1)).to.be.at.most(6_000);
    expect(pauses[2]).to.be.at.least(8_000);
  });

  it('takes all passes from what was begun to its outcome for one sync', async () => {
    start(endingAs({ kind: 'wait', ms: 10_000 }, { kind: 'wait', ms: 5_000 }, { kind: 'done' }));

    await untilPasses(3);

    expect(passes).to.deep.equal(['wait', 'wait', 'done']);
    expect(syncs).to.deep.equal(['true 18']);
  });

  it('counts a sync that is to be tried again, stalls or breaks as one that failed', async () => {
    start(
      endingAs(
        { kind: 'retry', ms: 1_000 },
        { kind: 'wait', ms: 2_000 },
        { kind: 'stalled', cause: 'x' },
        new Error('broken'),
      ),
    );

    await untilPasses(3);
    await untilPasses(4);

    expect(passes).to.deep.equal(['retry', 'wait', 'stalled', 'error']);
    expect(syncs).to.deep.equal(['false 1', 'false 4', 'false 1']);
  });

  it('goes on with the others after one that has no shape at all', async () => {
    start(endingAs({ kind: 'done' }), (key) =>
      key === 'shop/odd' ? ({ metadata: { name: 'odd', namespace: 'shop' } } as HelmRelease) : RELEASE,
    );
    onPass = (key) => {
      if (key === 'shop/odd') throw new TypeError('it has no spec');
    };

    queue.add('shop/odd');
    queue.add('shop/odd');
    await timers.tickAsync(2_000);
    await untilPasses(1);

    expect(passes).to.deep.equal(['done']);
  });

  it('lets everybody see that a pass will never end, and forgets those that do', async () => {
    start(() => new Promise(() => undefined));
    running = Promise.resolve(); // it never ends
    queue.add('shop/web');
    await timers.tickAsync(60 * MINUTE);
    expect(vigil.trouble()).to.equal(undefined);

    // An hour, and the longest that helm may wait for hooks, of which nobody knows how many there are.
    await timers.tickAsync(60 * MINUTE);

    expect(vigil.trouble()).to.equal('a pass over HelmRelease shop/web has got nowhere for 120 min');
  });

  it('has no complaint about a pass that has ended', async () => {
    start(endingAs({ kind: 'done' }));

    await untilPasses(1);
    await timers.tickAsync(9 * MINUTE);

    expect(vigil.trouble()).to.equal(undefined);
  });
});
