/** `npm run lint [-- NAME...]`: all checks of the source, or the named ones. */
import { runChecks } from './lint/checks.ts';

const { passed, failed } = await runChecks(process.argv.slice(2));
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
