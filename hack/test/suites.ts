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
  /** What failed and why, a line each. */
  readonly failures: readonly string[];
  readonly seconds: number;
}

type Outcome = Pick<SuiteResult, 'passed' | 'failed' | 'failures'>;

const SUITES = ['unit', 'integration', 'e2e'];

/** A suite by its name, `lint`, or whatever mocha takes: a file, a pattern. */
export async function runSuite(name: string): Promise<SuiteResult> {
  console.log(`\n${styleText('bold', name)}`);
  const start = performance.now();
  const outcome = name === 'lint' ? await runChecks() : await runMocha(name);
  return { name, ...outcome, seconds: (performance.now() - start) / 1000 };
}

async function runMocha(name: string): Promise<Outcome> {
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
function summed(results: Results | undefined): Outcome {
  if (results === undefined) return fault('mocha ended before the tests were through');
  const { passed, failed, failures, leaked } = results;
  if (passed + failed === 0) return fault('there are no tests');
  if (leaked.length === 0) return { passed, failed, failures };
  const leak = `something keeps the process running: ${leaked.join('; ')}`;
  return { passed, failed: failed + 1, failures: [...failures, leak] };
}

function fault(what: string): Outcome {
  console.log(`  ${styleText('red', '✘')} ${what}`);
  return { passed: 0, failed: 1, failures: [what] };
}
