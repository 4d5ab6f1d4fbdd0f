import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { followLogLevelFile } from '../../../src/operator/log-level-file.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { formatLevels, type Levels } from '../../../src/telemetry/levels.ts';
import { eventually } from '../../support/eventually.ts';

const OTHERWISE: Levels = { all: 'info', parts: { helm: 'warn' } };

describe('the file with the level of the log', () => {
  let dir = '';
  let followed: { close: () => void } | undefined;
  let used: string[] = [];
  let lines: string[] = [];
  let current = OTHERWISE;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'levels-'));
    used = [];
    lines = [];
    current = OTHERWISE;
  });
  afterEach(async () => {
    followed?.close();
    await rm(dir, { recursive: true });
  });

  const file = (): string => join(dir, 'level');
  const write = async (text: string): Promise<void> => {
    await writeFile(join(dir, 'new'), text);
    await rename(join(dir, 'new'), file());
  };
  const follow = async (): Promise<void> => {
    followed = await followLogLevelFile({
      file: file(),
      otherwise: OTHERWISE,
      use: (levels) => {
        used.push(formatLevels(levels));
        current = levels;
      },
      log: createLogger({ format: 'json', level: () => current, write: (line) => void lines.push(line) }),
      lookEveryMs: 5,
    });
  };
  const untilUsed = (times: number): Promise<void> =>
    eventually(() => {
      expect(used).to.have.length.of.at.least(times);
    });

  it('counts at once, and again whenever it is another one', async () => {
    await write('warn,git=debug\n');
    await follow();
    expect(used).to.deep.equal(['warn,git=debug']);
    await write('error');
    await untilUsed(2);
    expect(used).to.deep.equal(['warn,git=debug', 'error']);
  });

  it('may come late and go again: then what the flag says counts', async () => {
    await follow();
    expect(used).to.deep.equal(['info,helm=warn']);
    expect(lines.join('')).to.include('the file does not exist');
    await write('debug');
    await untilUsed(2);
    await rm(file());
    await untilUsed(3);
    expect(used).to.deep.equal(['info,helm=warn', 'debug', 'info,helm=warn']);
  });

  it('is told of in the log, also where the level before or the one after would hide it', async () => {
    await follow();
    for (const [text, times] of [
      ['error', 2],
      ['info', 3],
      ['error', 4],
      ['debug', 5],
    ] as const) {
      await write(text);
      await untilUsed(times);
    }
    const told = lines.map((line) => (JSON.parse(line) as { levels?: string }).levels);
    expect(told).to.deep.equal([undefined, 'error', 'info', 'error', 'debug']);
  });

  it('leaves the level as it is while it says something else, and tells what it may say', async () => {
    await write('debug');
    await follow();
    await write('verbose,gitt=info');
    await untilUsed(2);
    expect(used).to.deep.equal(['debug', 'debug']);
    expect(lines.at(-1)).to.include('debug, info, warn or error').and.include('gitsync');
  });
});
