import { expect } from 'chai';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, it } from 'mocha';
import { bootMs } from '../../../../src/process/boot-clock.ts';
import { createCurfew } from '../../../../src/process/supervisor/curfew.ts';

const TOUGH =
  "process.on('SIGTERM', () => console.log('asked')); console.log('up'); setInterval(() => {}, 1000)";

describe('createCurfew()', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  const start = async (): Promise<ChildProcess & { readonly pid: number }> => {
    const child = spawn(process.execPath, ['-e', TOUGH], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    return child as ChildProcess & { readonly pid: number };
  };
  const inMs = (ms: number): number => bootMs() + ms;

  it('is never over when nobody says until when', () => {
    const curfew = createCurfew({ nowMs: () => Number.MAX_SAFE_INTEGER });
    expect(curfew.isOver()).to.equal(false);
  });

  it('asks those that run to end, and ends those that do not', async () => {
    const curfew = createCurfew({ killGraceMs: 300 });
    const child = await start();
    curfew.started(child.pid);
    curfew.extend(inMs(50));
    const asked = once(child.stdout ?? child, 'data');
    const ended = once(child, 'exit');
    await asked;
    const askedAt = performance.now();
    expect(await ended).to.deep.equal([null, 'SIGKILL']);
    expect(performance.now() - askedAt).to.be.within(200, 2_000);
    expect(curfew.isOver()).to.equal(true);
  });

  it('leaves alone what has ended, and what was given more time', async () => {
    const curfew = createCurfew({ killGraceMs: 10 });
    const [gone, going] = [await start(), await start()];
    curfew.started(gone.pid)();
    curfew.extend(inMs(50));
    curfew.extend(inMs(60_000));
    curfew.started(going.pid);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(curfew.isOver()).to.equal(false);
    expect([gone.exitCode, gone.signalCode, going.signalCode]).to.deep.equal([null, null, null]);
  });

  it('is over by the clock, before any timer has told so, and for good', async () => {
    let now = 0;
    const curfew = createCurfew({ nowMs: () => now, killGraceMs: 10 });
    curfew.extend(60_000);
    now = 60_000;
    expect(curfew.isOver()).to.equal(true);
    curfew.extend(90_000);
    expect(curfew.isOver()).to.equal(true);
    const late = await start();
    const ended = once(late, 'exit');
    curfew.started(late.pid);
    expect(await ended).to.deep.equal([null, 'SIGKILL']);
  });

  it('gives no time to what it finds running when another one may have begun', async () => {
    let now = 0;
    const curfew = createCurfew({ nowMs: () => now, killGraceMs: 3_000 });
    curfew.extend(10_000);
    const child = await start();
    curfew.started(child.pid);
    const ended = once(child, 'exit');
    now = 13_000;
    expect(curfew.isOver()).to.equal(true);
    expect(await ended).to.deep.equal([null, 'SIGKILL']);
  });
});
