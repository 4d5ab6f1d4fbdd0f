import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { formatLevels, isWritten, type Level, PARTS, readLevels } from '../../../src/telemetry/levels.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';

const SRC = join(import.meta.dirname, '../../../src');

describe('levels of the log', () => {
  for (const [text, all, parts] of [
    ['debug', 'debug', {}],
    ['info,git=debug,helm=warn', 'info', { git: 'debug', helm: 'warn' }],
    ['git=debug', 'info', { git: 'debug' }],
    [' warn ,\n kube=error\n', 'warn', { kube: 'error' }],
    ['warn,error,git=debug,git=info', 'error', { git: 'info' }],
  ] as const) {
    it(`are read from ${JSON.stringify(text)}`, () => {
      expect(readLevels(text)).to.deep.equal({ all, parts });
    });
  }

  for (const text of ['', ' , ', 'loud', 'info,git', 'info,git=', 'gitt=debug', 'git=debug=info', '=info']) {
    it(`are not to be had from ${JSON.stringify(text)}`, () => {
      expect(readLevels(text)).to.equal(undefined);
    });
  }

  it('are written as they are read', () => {
    const levels = { all: 'warn', parts: { git: 'debug', release: 'info' } } as const;
    expect(readLevels(formatLevels(levels))).to.deep.equal(levels);
  });

  it('let through what is as grave as they are, of each part by its own', () => {
    const levels = { all: 'warn', parts: { git: 'debug', helm: 'error' } } as const;
    const written = (part: string) =>
      (['debug', 'info', 'warn', 'error'] as const).filter((level: Level) => isWritten(levels, level, part));
    expect(written('release')).to.deep.equal(['warn', 'error']);
    expect(written('git')).to.deep.equal(['debug', 'info', 'warn', 'error']);
    expect(written('helm')).to.deep.equal(['error']);
    expect(written('toString')).to.deep.equal(['warn', 'error']);
  });

  for (const format of ['fmt', 'json'] as const) {
    it(`count from one line to the next when they are changed (${format})`, () => {
      const lines: string[] = [];
      let levels = readLevels('info,git=warn') ?? expect.fail();
      const log = createLogger({ format, level: () => levels, write: (line) => void lines.push(line) });
      const git = log.child({ component: 'git' });
      const say = (): void => {
        log.debug('of main');
        git.info('of git');
      };
      say();
      expect(lines).to.be.empty;
      levels = readLevels('warn,git=info,main=debug') ?? expect.fail();
      say();
      expect(lines.map((line) => /of \w+/.exec(line)?.[0])).to.deep.equal(['of main', 'of git']);
    });
  }

  it('are there for every part that lines of the log are marked with', () => {
    const marked = globSync('**/*.ts', { cwd: SRC }).flatMap((file) => [
      ...readFileSync(join(SRC, file), 'utf8').matchAll(/child\(\{\s*component: '([^']+)'/g),
    ]);
    const named = new Set(marked.map(([, name]) => name));
    expect(named.size).to.be.greaterThan(7);
    expect([...named].filter((name) => !PARTS.some((part) => part === name))).to.be.empty;
  });
});
