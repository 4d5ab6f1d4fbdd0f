/** `npm run bench`: what many releases cost, measured on a control plane of its own. docs/benchmark.md says how to read it. */
import { measureOurs, measurePeer } from './measure-run.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { againstHelmTable } from './report/against-helm.ts';
import { DOCS, resultsIn, writeDocs } from './report/docs.ts';
import { goalsOf } from './report/goals.ts';
import { createRecorder } from './report/results.ts';
import { type Run, whoAsked } from './report/run.ts';
import { detailTable, phaseTable, requestTable } from './report/table.ts';
import { SCENARIOS } from './scenarios/all.ts';

async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  const scenario = SCENARIOS[options.scenario];
  if (options.help || scenario === undefined) {
    const list = Object.entries(SCENARIOS).map(([name, { about }]) => `  ${name.padEnd(12)} ${about}\n`);
    process.stdout.write(`${USAGE}\nscenarios:\n${list.join('')}`);
    return options.help ? 0 : 2;
  }
  if (options.writeDocs) {
    await writeDocs(DOCS);
    return 0;
  }
  await measureAll(options, options.counts.length === 0 ? [scenario.count] : options.counts);
  return 0;
}

async function measureAll(options: Options, counts: readonly number[]): Promise<void> {
  const record = createRecorder(resultsIn(DOCS));
  for (const count of counts) {
    for (const source of options.sources) {
      for (let time = 0; time < options.times; time += 1) {
        const run = await (options.peer === undefined ? measureOurs : measurePeer)(options, count, source);
        show(run);
        if (options.record) await record(run);
      }
    }
  }
}

function show(run: Run): void {
  process.stdout.write(`${JSON.stringify(run)}\n\n${phaseTable(run)}\n${detailTable(run)}\n`);
  process.stdout.write(`${requestTable(run, whoAsked(run))}\n${againstHelmTable(run)}`);
  for (const line of goalsOf(run)) process.stdout.write(`${line}\n`);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined
    ? (error.stack ?? error.message)
    : `${error.message}: ${describe(error.cause)}`;
}

// Whatever was started is ended, and its folder taken away, by those who wait for the exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench: ${describe(error)}\n`);
  process.exitCode = 1;
}
