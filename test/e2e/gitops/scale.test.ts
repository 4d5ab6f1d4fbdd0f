import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { cpuOf } from '../../../hack/bench/measure/processes.ts';
import { configMap, useGitOps } from './gitops.ts';

const TEAM = 'team';
const FULL = process.env['TEST_FULL'] !== undefined;
const OBJECTS = FULL ? 5_000 : 1_000;
const FILES = OBJECTS / 10;
/** For each object. How long they take beside that depends on the API server, and on what else the machine does. */
const MOST_CPU_MS = 4;
/** Resident at most: what a container with half a gigabyte allows, with room for helm. */
const MOST_MEMORY_MB = 400;

describe(`a folder with ${String(OBJECTS)} objects`, function () {
  this.timeout(180_000);
  const ops = useGitOps({ namespaces: [TEAM] });

  const file = (at: number, version: string): string =>
    Array.from({ length: 10 }, (_, index) =>
      configMap(`object-${String(at)}-${String(index)}`, { version: index === 0 ? version : 'first' }),
    ).join('---\n');
  const requests = async (): Promise<number> =>
    await ops().operator().metric('helm_release_operator_kube_requests_total', { resource: 'configmaps' });
  const timed = async (commit: string): Promise<number> => {
    const begun = performance.now();
    await ops().untilApplied(TEAM, 'large', commit, 120_000);
    return Math.round(performance.now() - begun) / 1_000;
  };

  it('is tried and applied with two requests for each', async () => {
    const files = Array.from(
      { length: FILES },
      (_, at) => [`large/${String(at)}.yaml`, file(at, 'first')] as const,
    );
    const commit = await ops().commit(Object.fromEntries(files));
    const before = await requests();
    const { pid } = ops().operator();
    const cpuBefore = cpuOf(pid).own;
    await ops().sync(TEAM, 'large', { path: 'large' });

    const seconds = await timed(commit);

    const cpu = cpuOf(pid).own - cpuBefore;
    console.log(`      applied in ${String(seconds)} s, with ${cpu.toFixed(1)} s of CPU`);
    const { status } = await ops().get(TEAM, 'large');
    expect(status?.counts).to.include({ applied: OBJECTS, failed: 0 });
    // Two for each, the parts of the inventory when it is meant and when it is done, and the first look at both.
    expect((await requests()) - before).to.be.within(2 * OBJECTS, 2 * OBJECTS + 100);
    expect(cpu * 1_000, 'milliseconds of CPU').to.be.lessThan(MOST_CPU_MS * OBJECTS);
  });

  it('takes no more memory than a small container has', async () => {
    const status = await readFile(`/proc/${String(ops().operator().pid)}/status`, 'utf8');
    const peakMb = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_000;
    console.log(`      ${String(Math.round(peakMb))} MB at most`);
    expect(peakMb).to.be.within(1, MOST_MEMORY_MB);
  });

  it('is touched at one object when one is changed', async () => {
    const before = await requests();
    const commit = await ops().commit({ 'large/0.yaml': file(0, 'second') });

    const seconds = await timed(commit);

    console.log(`      applied in ${String(seconds)} s`);
    const { status } = await ops().get(TEAM, 'large');
    expect(status?.counts).to.include({ applied: 1, unchanged: OBJECTS - 1 });
    expect((await requests()) - before).to.be.lessThan(60);
  });
});
