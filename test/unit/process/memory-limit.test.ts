import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, it } from 'mocha';
import { residentBytes, watchMemory } from '../../../src/process/memory-limit.ts';

const MEGABYTE = 1_000_000;

describe('the memory that a process group may take', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** A process group of its own, that has so many megabytes once it has said so. */
  async function holding(megabytes: number): Promise<number> {
    const script = `const held = Buffer.alloc(${String(megabytes * MEGABYTE)}, 1);
      process.stdout.write('ready'); setInterval(() => held.length, 1_000);`;
    const child = spawn(process.execPath, ['-e', script], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    return child.pid ?? 0;
  }

  it('is what its processes have, and nothing once they are gone', async () => {
    const leader = await holding(80);

    expect(residentBytes(leader)).to.be.within(80 * MEGABYTE, 300 * MEGABYTE);

    const [child] = children;
    child?.kill('SIGKILL');
    if (child !== undefined) await once(child, 'exit');
    expect(residentBytes(leader)).to.equal(0);
  });

  it('is told of once when it is more', async () => {
    const leader = await holding(80);
    let calls = 0;
    await new Promise<void>((resolve) => {
      watchMemory(leader, 50 * MEGABYTE, () => {
        calls += 1;
        resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 250));

    expect(calls).to.equal(1);
  });

  it('is no longer looked at once that is over', async () => {
    const leader = await holding(80);
    let calls = 0;
    const watch = watchMemory(leader, 50 * MEGABYTE, () => {
      calls += 1;
    });
    watch[Symbol.dispose]();
    await new Promise((resolve) => setTimeout(resolve, 250));

    expect(calls).to.equal(0);
  });
});
