import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { tool } from '../../../hack/testenv/testenv.ts';
import { readRules, RULES_FILE, scaledRules } from '../../support/alert-rules.ts';

const TESTS = import.meta.dirname;

describe('the alert rules', function () {
  this.timeout(30_000);
  let promtool: string;

  before(async () => {
    promtool = await tool('promtool');
  });

  /** What promtool has to say, where it is not content. */
  const complaints = (...args: readonly string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(promtool, args, { cwd: TESTS, encoding: 'utf8' });
    if (error !== undefined) throw error;
    return status === 0 ? '' : `${stdout}\n${stderr}`;
  };

  it('are a file that Prometheus takes as it is', () => {
    expect(complaints('check', 'rules', '--lint=all', '--lint-fatal', RULES_FILE)).to.equal('');
  });

  for (const part of ['releases', 'sources', 'operator']) {
    it(`of ${part} fire when they must, not before, and resolve`, () => {
      expect(complaints('test', 'rules', `${part}.yaml`)).to.equal('');
    });
  }

  it('are each in one of these tests', async () => {
    const files = (await readdir(TESTS)).filter((name) => name.endsWith('.yaml'));
    expect(files.sort()).to.deep.equal(['operator.yaml', 'releases.yaml', 'sources.yaml']);
    const texts = await Promise.all(files.map((name) => readFile(join(TESTS, name), 'utf8')));
    const fired = readRules().filter(
      ({ alert }) =>
        !texts.some((text) =>
          new RegExp(`labels: '?ALERTS\\{alertname="${alert}",alertstate="firing"`).test(text),
        ),
    );
    expect(fired.map(({ alert }) => alert)).to.deep.equal([]);
  });

  it('have all their lengths of time scaled, and are taken like that too', async () => {
    const scaled = scaledRules(readRules(), 300);
    const dir = await mkdtemp(join(tmpdir(), 'rules-'));
    try {
      const file = join(dir, 'rules.yaml');
      await writeFile(file, JSON.stringify({ groups: [{ name: 'scaled', rules: scaled }] }));
      expect(complaints('check', 'rules', file)).to.equal('');
    } finally {
      await rm(dir, { recursive: true });
    }
    for (const { alert, expr, for: wait = '', keep_firing_for: kept = '' } of scaled) {
      expect(`${expr} ${wait} ${kept}`, alert).not.to.match(/\b\d+[smhd]\b|\* (60|3600)/);
    }
    const failing = scaled.find(({ alert }) => alert === 'HelmReleaseFailing');
    expect(failing).to.include({ for: '200ms', keep_firing_for: '1200ms' });
    expect(failing?.expr).to.include('> 10 * (60 / 300)');
    const flapping = scaled.find(({ alert }) => alert === 'HelmReleaseFlapping');
    expect(flapping?.expr).to.include('[12000ms]');
  });
});
