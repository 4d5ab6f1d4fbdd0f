import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { describeRequest } from '../../../../hack/bench/measure/audit-event.ts';
import { readAuditLog } from '../../../../hack/bench/measure/audit-log.ts';
import { parseExposition } from '../../../../hack/bench/measure/exposition.ts';
import { sizeOfFolder } from '../../../../hack/bench/measure/folder.ts';
import { classesIn, growthOf } from '../../../../hack/bench/measure/heap.ts';
import { createMeter } from '../../../../hack/bench/measure/meter.ts';
import { percentilesOf } from '../../../../hack/bench/measure/percentiles.ts';
import { cpuOf, descriptorsOf, nameOf, pssOf } from '../../../../hack/bench/measure/processes.ts';

/** No process has it: the kernel gives out smaller ones. */
const NOBODY = 2 ** 30;

describe('a line of the audit log', () => {
  const line = (fields: object): string =>
    JSON.stringify({ stage: 'ResponseComplete', verb: 'get', requestURI: '/', ...fields });

  it('tells who did what to which resource', () => {
    const event = {
      verb: 'update',
      requestURI: '/apis/helm.fluxcd.io/v1/namespaces/a/helmreleases/b/status',
      userAgent: 'helm-release-operator/1.2.3',
      objectRef: { resource: 'helmreleases', subresource: 'status' },
    };
    expect(describeRequest(line(event))).to.equal('operator update helmreleases/status');
  });

  it('tells what is no resource by the first part of its path', () => {
    const event = { requestURI: '/openapi/v3?hash=1', userAgent: 'Helm/4.3.1' };
    expect(describeRequest(line(event))).to.equal('helm get /openapi');
  });

  it('knows the benchmark itself, and others by their program', () => {
    expect(describeRequest(line({ userAgent: 'testenv' }))).to.equal('bench get /');
    expect(describeRequest(line({ userAgent: 'controller/v0.0 (linux)' }))).to.equal('controller get /');
    expect(describeRequest(line({}))).to.equal('unknown get /');
  });

  it('counts a watch once, when it is opened', () => {
    const watch = (stage: string) => line({ stage, verb: 'watch', objectRef: { resource: 'pods' } });
    expect(describeRequest(watch('ResponseStarted'))).to.equal('unknown watch pods');
    expect(describeRequest(watch('ResponseComplete'))).to.equal(undefined);
    expect(describeRequest(line({ stage: 'ResponseStarted' }))).to.equal(undefined);
  });
});

describe('the audit log between two phases', () => {
  const event = (userAgent: string, requestURI = '/') =>
    `${JSON.stringify({ stage: 'ResponseComplete', verb: 'get', requestURI, userAgent })}\n`;

  /** `meanwhile` are the lines that others write before each mark. */
  const take = async (meanwhile: (mark: number) => string, windowMs: number) => {
    const path = join(await mkdtemp(join(tmpdir(), 'audit-')), 'audit.log');
    let marks = 0;
    const ask = async (uri: string): Promise<void> => {
      marks += 1;
      await appendFile(path, `${meanwhile(marks)}${event('testenv', uri)}`);
    };
    try {
      return await readAuditLog(path, ask, windowMs).take();
    } finally {
      await rm(dirname(path), { recursive: true });
    }
  };

  it('is read until nobody asks for anything any more', async () => {
    const counts = await take((mark) => (mark < 3 ? event('helm/4') : event('kwok/1')), 60_000);
    expect(counts['helm get /']).to.equal(2);
  });

  it('is not waited for when somebody never comes to rest', async () => {
    const counts = await take(() => event('helm/4'), 350);
    expect(counts['helm get /']).to.be.within(2, 3);
  });
});

describe('a phase', () => {
  const nobody = { pids: () => [], metricsUrl: () => undefined, apiServer: undefined, etcd: undefined };
  const meter = () => createMeter({ ...nobody, audit: undefined }, () => undefined);

  it('tells for how long it was counted after its clock had stopped, where that is more than usual', async () => {
    const row = await meter().measure('p', () => Promise.resolve({ endedAt: performance.now() - 3_000 }));
    expect(row.more?.['countedSeconds']).to.be.closeTo(3, 0.5);
    expect(await meter().measure('p', () => Promise.resolve(undefined))).not.to.have.property('more');
  });
});

describe('the size of a folder', () => {
  it('is that of all files in it, or of those below a part of their path', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'folder-'));
    try {
      await mkdir(join(dir, 'a/charts/store'), { recursive: true });
      await writeFile(join(dir, 'one'), 'four');
      await writeFile(join(dir, 'a/charts/store/two'), 'sixsix');

      expect(await sizeOfFolder(dir)).to.deep.equal({ bytes: 10, files: 2 });
      expect(await sizeOfFolder(dir, '/charts/store/')).to.deep.equal({ bytes: 6, files: 1 });
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

describe('metrics in the text format', () => {
  const text = [
    '# HELP runs Runs.',
    '# TYPE runs counter',
    'runs{verb="install",result="ok"} 3',
    'runs{verb="install",result="error"} 1',
    'runs{verb="upgrade",result="ok"} 2.5e1',
    'plain 7',
  ].join('\n');

  it('are summed up by name and by label', () => {
    const { sum, by } = parseExposition(text);

    expect(sum('runs')).to.equal(29);
    expect(sum('plain')).to.equal(7);
    expect(sum('nothing')).to.equal(0);
    expect(by('runs', 'verb')).to.deep.equal({ install: 4, upgrade: 25 });
  });
});

describe('percentiles', () => {
  it('are values that were there', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect(percentilesOf(hundred)).to.deep.equal({ p50: 50, p95: 95, p99: 99, most: 100 });
  });

  it('are all the same of one value, and there are none of none', () => {
    expect(percentilesOf([3])).to.deep.equal({ p50: 3, p95: 3, p99: 3, most: 3 });
    expect(percentilesOf([])).to.equal(undefined);
  });
});

describe('a process', () => {
  it('has used time, memory and descriptors', () => {
    expect(cpuOf(process.pid).own).to.be.greaterThan(0);
    expect(pssOf(process.pid)).to.be.greaterThan(1e6);
    expect(descriptorsOf(process.pid)).to.be.greaterThan(2);
    expect(nameOf(process.pid)).not.to.equal('');
  });

  it('that is gone has used nothing', () => {
    expect(cpuOf(NOBODY)).to.deep.equal({ own: 0, children: 0 });
    expect(pssOf(NOBODY)).to.equal(0);
    expect(nameOf(NOBODY)).to.equal('');
  });
});

describe('a heap snapshot', () => {
  /** Type, name, id and size of each. */
  const snapshot = (nodes: readonly (readonly [number, number, number, number])[]): string =>
    JSON.stringify({
      snapshot: {
        meta: {
          node_fields: ['type', 'name', 'id', 'self_size'],
          node_types: [['object', 'string'], 'string', 'number', 'number'],
        },
      },
      nodes: nodes.flat(),
      strings: ['Pass', 'a text'],
    });

  it('is counted by the class of objects, and by type for all else', () => {
    const classes = classesIn(
      snapshot([
        [0, 0, 1, 100],
        [0, 0, 2, 50],
        [1, 1, 3, 8],
      ]),
    );
    expect([...classes]).to.deep.equal([
      ['Pass', { count: 2, bytes: 150 }],
      ['(string)', { count: 1, bytes: 8 }],
    ]);
  });

  it('tells beside an earlier one what has grown, the most first', () => {
    const before = classesIn(snapshot([[1, 1, 1, 8]]));
    const after = classesIn(
      snapshot([
        [1, 1, 1, 10],
        [0, 0, 2, 50],
      ]),
    );
    expect(growthOf(before, after, 5)).to.deep.equal([
      ['Pass', 50, 1],
      ['(string)', 2, 0],
    ]);
    expect(growthOf(before, after, 1)).to.have.length(1);
    expect(growthOf(after, before, 5)).to.deep.equal([]);
  });
});
