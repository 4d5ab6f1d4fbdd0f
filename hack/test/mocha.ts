import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { runCommand } from '../lint/command.ts';
import type { Results } from './results.ts';

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** What failed and why, a line each. */
  readonly failures: readonly string[];
}

/** One mocha process over a file or a pattern. With `keep` it prints all at its end, so that two of them can run side by side. */
export async function runMocha(spec: string, output: 'keep' | 'show'): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'test-results-'));
  try {
    const file = join(folder, 'results.json');
    const reporter = ['--reporter', './hack/test/reporter.ts', '--reporter-option', `results=${file}`];
    const { output: printed } = await runCommand('mocha', [...reporter, spec], { output });
    if (printed.trim() !== '') console.log(printed.replaceAll(/^\n+|\n+$/g, ''));
    return outcomeOf(await resultsIn(file), spec);
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

/** A run that did not get to its end, ran nothing, or leaves something behind has failed, whatever its tests say. */
function outcomeOf(results: Results | undefined, spec: string): Outcome {
  if (results === undefined) return fault(`mocha ended before the tests of ${spec} were through`);
  const { passed, failed, failures, leaked } = results;
  if (passed + failed === 0) return fault(`there are no tests in ${spec}`);
  if (leaked.length === 0) return { passed, failed, failures };
  const leak = `${spec}: something keeps the process running: ${leaked.join('; ')}`;
  return { passed, failed: failed + 1, failures: [...failures, leak] };
}

function fault(what: string): Outcome {
  console.log(`  ${styleText('red', '✘')} ${what}`);
  return { passed: 0, failed: 1, failures: [what] };
}
