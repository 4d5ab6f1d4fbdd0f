import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { readMemory } from '../../../src/process/memory.ts';

describe('the memory that is left', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'memory-'));
    mkdirSync(join(dir, 'proc/pressure'), { recursive: true });
    write('proc/meminfo', 'MemTotal:        8000000 kB\nMemAvailable:    2000000 kB\n');
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });
  const write = (name: string, text: string): void => {
    writeFileSync(join(dir, name), text);
  };
  const look = (): unknown => readMemory({ cgroup: dir, proc: join(dir, 'proc') });

  it('is counted to the limit of the container, without the pages of files, which the kernel takes back', () => {
    write('memory.max', '500000000\n');
    write('memory.current', '300000000\n');
    write(
      'memory.stat',
      'anon 100\ninactive_file 50000000\nactive_file 20000000\nslab_reclaimable 10000000\n',
    );
    write('memory.pressure', 'some avg10=12.50 avg60=1.00 avg300=0.00 total=9\nfull avg10=99.00\n');

    expect(look()).to.deep.equal({ freeBytes: 280_000_000, pressure: 12.5 });
  });

  it('is that of the machine where less is left than in the container', () => {
    write('memory.max', '9000000000\n');
    write('memory.current', '300000000\n');

    expect(look()).to.include({ freeBytes: 2_048_000_000 });
  });

  it('is that of the machine where the container has no limit, or there are no control groups', () => {
    expect(look()).to.deep.equal({ freeBytes: 2_048_000_000, pressure: 0 });

    write('memory.max', 'max\n');
    write('proc/pressure/memory', 'some avg10=3.00 avg60=0.00 avg300=0.00 total=1\n');
    expect(look()).to.deep.equal({ freeBytes: 2_048_000_000, pressure: 3 });
  });

  it('is counted to the limit of control groups of version 1 too', () => {
    mkdirSync(join(dir, 'memory'));
    write('memory/memory.limit_in_bytes', '400000000\n');
    write('memory/memory.usage_in_bytes', '300000000\n');
    write('memory/memory.stat', 'cache 9\ntotal_inactive_file 10000000\ntotal_active_file 5000000\n');
    expect(look()).to.include({ freeBytes: 115_000_000 });

    write('memory/memory.limit_in_bytes', '9223372036854771712\n');
    expect(look()).to.include({ freeBytes: 2_048_000_000 });
  });

  it('is unknown where nothing tells of it', () => {
    rmSync(join(dir, 'proc'), { recursive: true });

    expect(look()).to.deep.equal({ freeBytes: undefined, pressure: 0 });
  });

  it('is known of the machine that this runs on', () => {
    expect(readMemory().freeBytes).to.be.above(1_000_000);
  });
});
