import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { runChecks } from '../lint/checks.ts';
import { runCommand } from '../lint/command.ts';
import type { Results } from './results.ts';

export interface SuiteResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

const SUITES = ['unit', 'integration', 'e2e'];

/** A suite by its name, `lint`, or whatever mocha takes: a file, a pattern. */
export async function runSuite(name: string): Promise<SuiteResult> {
  console.log(`\n${styleText('bold', name)}`);
  const start = performance.now();
  const { passed, failed } = name === 'lint' ? await runChecks() : await runMocha(name);
  return { name, passed, failed, seconds: (performance.now() - start) / 1000 };
}

async function runMocha(name: string): Promise<Pick<SuiteResult, 'passed' | 'failed'>> {
  const spec = SUITES.includes(name) ? `test/${name}/**/*.test.ts` : name;
  const folder = await mkdtemp(join(tmpdir(), 'test-results-'));
  try {
    const file = join(folder, 'results.json');
    const reporter = ['--reporter', './hack/test/reporter.ts', '--reporter-option', `results=${file}`];
    await runCommand('mocha', [...reporter, spec], { output: 'show' });
    return summed(await resultsIn(file));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function resultsIn(file: string): Promise<Results | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Results;
  } catch {
    return undefined;
  }
}

/** A suite that did not get to its end, ran nothing, or leaves something behind has failed, whatever its tests say. */
function summed(results: Results | undefined): Pick<SuiteResult, 'passed' | 'failed'> {
  if (results === undefined) {
    console.log(`  ${styleText('red', '✘')} mocha ended before the tests were through`);
    return { passed: 0, failed: 1 };
  }
  const { passed, failed, leaked } = results;
  if (passed + failed === 0) {
    console.log(`  ${styleText('red', '✘')} there are no tests`);
    return { passed, failed: 1 };
  }
  return { passed, failed: failed + (leaked.length > 0 ? 1 : 0) };
}
