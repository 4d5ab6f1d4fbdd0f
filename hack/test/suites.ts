import { globSync } from 'node:fs';
import { styleText } from 'node:util';
import { runChecks } from '../lint/checks.ts';
import { runMocha, type Outcome } from './mocha.ts';
import { collectUsedRights } from './used-rights.ts';

export interface SuiteResult extends Outcome {
  readonly name: string;
  readonly seconds: number;
}

/** Tests with servers and clusters of their own wait more than they work: three files at a time leave two cores a third of their time. */
const FILES_AT_ONCE = 3;

/** A suite by its name, `lint`, or whatever mocha takes: a file, a pattern. */
export async function runSuite(name: string): Promise<SuiteResult> {
  console.log(`\n${styleText('bold', name)}`);
  const start = performance.now();
  const outcome = await runNamed(name);
  return { name, ...outcome, seconds: (performance.now() - start) / 1000 };
}

function runNamed(name: string): Promise<Outcome> {
  switch (name) {
    case 'lint':
      return runChecks();
    case 'unit':
      return runMocha('test/unit/**/*.test.ts', 'show');
    case 'integration':
      return runFiles('test/integration/**/*.test.ts');
    case 'e2e':
      return collectUsedRights(runEndToEnd);
    default:
      return runMocha(name, 'show');
  }
}

/** Which rights are never used is known only when all tests have come to their ends. */
async function runEndToEnd(): Promise<Outcome> {
  const outcome = await runFiles('test/e2e/**/*.test.ts');
  return outcome.failed > 0 ? outcome : sumOf([outcome, await runMocha('test/rights/*.test.ts', 'show')]);
}

async function runFiles(pattern: string): Promise<Outcome> {
  const waiting = globSync(pattern).toSorted();
  const outcomes: Outcome[] = [];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
      outcomes.push(await runMocha(file, 'keep'));
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker));
  if (outcomes.length === 0) return { passed: 0, failed: 1, failures: [`there are no tests in ${pattern}`] };
  return sumOf(outcomes);
}

function sumOf(outcomes: readonly Outcome[]): Outcome {
  const sum = (key: 'passed' | 'failed'): number =>
    outcomes.reduce((total, outcome) => total + outcome[key], 0);
  return {
    passed: sum('passed'),
    failed: sum('failed'),
    failures: outcomes.flatMap(({ failures }) => failures),
  };
}
