import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import {
  isAlive,
  OWNER_VARIABLE,
  ownedBy,
  signalProcess,
  startTimeOf,
} from '../../../hack/testenv/control-plane/proc.ts';

describe('telling processes apart', () => {
  const children: ChildProcess[] = [];

  async function sleeper(owner: string): Promise<number> {
    // A name with brackets and spaces, which /proc/PID/stat holds unescaped.
    const script = 'process.title = "a) R (b"; process.stdout.write("up"); setInterval(() => {}, 1000)';
    const child = spawn(process.execPath, ['-e', script], {
      env: { [OWNER_VARIABLE]: owner },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    return child.pid ?? 0;
  }

  afterEach(async () => {
    for (const child of children.splice(0)) {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await ended;
    }
  });

  it('finds those that belong to an owner, and no others', async () => {
    const owner = `/nowhere/${randomUUID()}`;
    const pid = await sleeper(owner);
    await sleeper(`${owner}2`);

    expect(ownedBy(owner)).to.eql([{ pid, startTime: startTimeOf(pid) }]);
  });

  it('does not take a process for one of the same number that began at another time', async () => {
    const pid = await sleeper('/nowhere');
    const other = { pid, startTime: '1' };

    expect(isAlive(other)).to.equal(false);
    expect(signalProcess(other, 'SIGKILL')).to.equal(false);
    expect(startTimeOf(pid)).to.match(/^\d+$/);
  });

  it('takes a process that has ended for gone', async () => {
    const pid = await sleeper('/nowhere');
    const id = { pid, startTime: startTimeOf(pid) ?? '' };
    const [child] = children;
    const ended = child === undefined ? undefined : once(child, 'exit');

    expect(signalProcess(id, 'SIGKILL')).to.equal(true);
    await ended;

    expect(isAlive(id)).to.equal(false);
  });
});
