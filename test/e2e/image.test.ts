import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { cpuOf } from '../../hack/bench/measure/processes.ts';
import { nodeStart } from '../../hack/bench/stage/node-flags.ts';
import { freePort } from '../../hack/testenv/control-plane/port.ts';
import { descendantsOf } from '../support/descendants.ts';
import { type Memory, memoryAtRest, shown, timeUntilReady } from './image/footprint.ts';
import { imageTests } from './image/tests.ts';
import { startWorld, type World } from './world.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** What whoever runs the operator may count on. Other tests run beside this one: what it computes counts here, and the time with TEST_FULL. */
const READY_MS = 1_000;
const AT_REST_MB = 90;
const STARTS = 3;
const STOPS = 6;
const STOPPED_MS = 10_000;

describe('the bundle, started as the image starts it', function () {
  this.timeout(60_000);
  const stack = new AsyncDisposableStack();
  let world: World;
  let dir: string;

  before(async () => {
    const [status] = (await once(spawn(process.execPath, ['hack/bundle.ts'], { cwd: ROOT }), 'exit')) as [
      number,
    ];
    expect(status).to.equal(0);
    dir = await mkdtemp(join(tmpdir(), 'bundle-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    // Others may build it anew meanwhile.
    await cp(join(ROOT, 'dist'), join(dir, 'dist'), { recursive: true });
    world = await startWorld();
    stack.defer(() => world.stop());
  });
  after(() => stack.disposeAsync());

  interface Started extends AsyncDisposable {
    readonly pids: () => readonly number[];
    readonly readyMs: number;
    /** What it had computed by then. */
    readonly cpuMs: number;
  }

  /** Disposing tells it to stop, and waits until it has. */
  const start = async (): Promise<Started> => {
    const { flags, env } = nodeStart();
    const port = await freePort();
    const settings = [`--kubeconfig=${await world.kubeconfig()}`, `--listen=127.0.0.1:${String(port)}`];
    const args = [...flags, 'dist/main.mjs', ...settings, `--helm-binary=${world.helm}`, `--work-dir=${dir}`];
    const child = spawn(process.execPath, args, {
      cwd: dir,
      env: { ...env, PATH: process.env['PATH'], HOME: dir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (log += text));
    const ended = once(child, 'exit');
    const stop = async (): Promise<void> => {
      child.kill('SIGTERM');
      await ended;
    };
    try {
      const readyMs = await timeUntilReady(port, () => log);
      const own = child.pid ?? 0;
      return {
        readyMs,
        cpuMs: 1_000 * cpuOf(own).own,
        pids: () => [own, ...descendantsOf(own)],
        [Symbol.asyncDispose]: stop,
      };
    } catch (error) {
      await stop();
      throw error;
    }
  };

  it('is ready after less than a second of work, and has less than 90 MB of its own at rest together with its supervisor', async () => {
    const starts: { readonly readyMs: number; readonly cpuMs: number; readonly rest: Memory }[] = [];
    for (let nth = 0; nth < STARTS; nth += 1) {
      await using operator = await start();
      const { readyMs, cpuMs } = operator;
      starts.push({ readyMs, cpuMs, rest: await memoryAtRest(operator.pids) });
    }

    const lines = starts.map((one) => `${shown(one)}, with ${one.cpuMs.toFixed(0)} ms of CPU`);
    console.log(lines.map((line) => `      ${line}`).join('\n'));
    expect(Math.min(...starts.map(({ cpuMs }) => cpuMs)), lines.join('\n')).to.be.below(READY_MS);
    for (const { rest } of starts) expect(rest.own, lines.join('\n')).to.be.below(AT_REST_MB);
  });

  it('ends at once when it is told to in the moment in which it gets ready', async () => {
    for (let nth = 0; nth < STOPS; nth += 1) {
      const operator = await start();
      const told = performance.now();
      await operator[Symbol.asyncDispose]();
      expect(performance.now() - told).to.be.below(STOPPED_MS);
    }
  });
});

// Minutes, and buildah: `make test-full` has both.
if (process.env['TEST_FULL'] !== undefined) imageTests({ readyMs: READY_MS, atRestMb: AT_REST_MB });
