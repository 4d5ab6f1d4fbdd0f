import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

describe('the test command', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'test-command-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs test files of the given texts as one suite each. */
  function run(...texts: readonly string[]): {
    status: number | null;
    lines: readonly string[];
    all: string;
  } {
    const files = texts.map((text, index) => {
      const file = join(folder, `${index}.test.ts`);
      writeFileSync(file, text);
      return file;
    });
    const { status, stdout, stderr } = spawnSync(process.execPath, ['hack/test.ts', ...files], {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    });
    return { status, lines: stdout.trimEnd().split('\n'), all: stdout + stderr };
  }

  it('ends with the sum over all suites and succeeds when all passed', () => {
    const { status, lines } = run(`it('a', () => {}); it('b', async () => {});`, `it('c', () => {});`);

    expect(lines.at(-1)).to.equal('3 passed, 0 failed');
    expect(status).to.equal(0);
  }).timeout(30_000);

  it('fails, and shows why, when one test of many fails', () => {
    const { status, lines, all } = run(
      `it('good', () => {});`,
      `it('bad', () => { throw new Error('the cause'); });`,
    );

    expect(lines.at(-1)).to.equal('1 passed, 1 failed');
    expect(all).to.contain('the cause');
    expect(status).to.equal(1);
  }).timeout(30_000);

  const failures: readonly { when: string; text: string; last: string; says?: RegExp }[] = [
    {
      when: 'a test is skipped',
      text: `it('a', () => {}); it.skip('b', () => {});`,
      last: '1 passed, 1 failed',
    },
    { when: 'a test has no body', text: `it('a', () => {}); it('b');`, last: '1 passed, 1 failed' },
    { when: 'there is only one test by .only', text: `it.only('a', () => {});`, last: '0 passed, 1 failed' },
    {
      when: 'a file has no test',
      text: `describe('nothing', () => {});`,
      last: '0 passed, 1 failed',
      says: /no tests/,
    },
    {
      when: 'a file cannot be loaded',
      text: `import './missing.ts';`,
      last: '0 passed, 1 failed',
      says: /missing\.ts/,
    },
    { when: 'a test ends the process', text: `it('a', () => process.exit(0));`, last: '0 passed, 1 failed' },
    {
      when: 'a hook fails',
      text: `before(() => { throw new Error('x'); }); it('a', () => {});`,
      last: '0 passed, 1 failed',
    },
    {
      when: 'a promise is rejected behind the back of a test, and goes on with the others',
      text: `it('a', async () => { void Promise.reject(new Error('x')); await new Promise((r) => setTimeout(r, 20)); });
             it('b', () => {});`,
      last: '2 passed, 1 failed',
      says: /nobody handled a rejection during "a"/,
    },
    {
      when: 'something stays open, and says what and since which file',
      text: `import { createServer } from 'node:net'; it('a', (done) => { createServer().listen(0, done); });`,
      last: '1 passed, 1 failed',
      says: /1 TCPServerWrap, since .*0\.test\.ts/,
    },
  ];
  for (const { when, text, last, says } of failures) {
    it(`fails when ${when}`, () => {
      const { status, lines, all } = run(text);

      expect(lines.at(-1)).to.equal(last);
      expect(status).to.equal(1);
      if (says) expect(all).to.match(says);
    }).timeout(30_000);
  }

  it('fails when there is no file at all', () => {
    const { status, stdout } = spawnSync(process.execPath, ['hack/test.ts', join(folder, 'none/*.test.ts')], {
      encoding: 'utf8',
    });

    expect(stdout.trimEnd().split('\n').at(-1)).to.equal('0 passed, 1 failed');
    expect(status).to.equal(1);
  }).timeout(30_000);

  it('keeps the cluster that a person works with out of reach of the tests', () => {
    const { lines } = run(
      `it('a', () => { if ('KUBECONFIG' in process.env) throw new Error('within reach'); });`,
    );

    expect(lines.at(-1)).to.equal('1 passed, 0 failed');
  }).timeout(30_000);
});
