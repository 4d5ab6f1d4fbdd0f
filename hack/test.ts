/**
 * `npm run test -- SUITE...`: runs lint, unit, integration, e2e or single test files and ends with one line over all
 * of them. Exit status 1 if anything failed or nothing ran.
 */
import { runSuite, type SuiteResult } from './test/suites.ts';

// Tests make their own clusters. One that the person works with must be out of their reach.
delete process.env['KUBECONFIG'];

// The tests get the signal too and clean up; this process stays to say how it ended.
process.on('SIGINT', () => undefined);

const names = process.argv.slice(2);
const results: SuiteResult[] = [];
for (const name of names.length > 0 ? names : ['unit', 'integration', 'e2e'])
  results.push(await runSuite(name));

// Once more at the end: a log of thousands of lines is read from there.
for (const { name, failures } of results) {
  for (const failure of failures) console.log(`\n✘ ${name}: ${failure}`);
}

console.log();
for (const { name, passed, failed, seconds } of results) {
  console.log(
    `${name.padEnd(12)} ${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed ${seconds.toFixed(0).padStart(5)} s`,
  );
}
const sum = (key: 'passed' | 'failed'): number => results.reduce((total, result) => total + result[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
