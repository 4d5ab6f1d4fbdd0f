import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { styleText } from 'node:util';
import Mocha from 'mocha';
import type { Results } from './results.ts';

/** A test that takes longer is worth a line of its own: people wait for it. */
const SLOW_MS = 2_000;

/** How long timers, sockets and children may take to go away once the last test has ended. */
const GRACE_MS = 3_000;

interface FileResult {
  readonly file: string;
  readonly startedMs: number;
  readonly resourcesBefore: readonly string[];
  passed: number;
  failed: number;
}

/** One line for each test file with its time; the failures at the end; the numbers into the file `results`. */
export default class FileReporter extends Mocha.reporters.Base {
  readonly #resultsFile: string;
  readonly #files: FileResult[] = [];

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    this.#resultsFile = String((options.reporterOptions as { results?: unknown }).results);
    const { EVENT_SUITE_BEGIN, EVENT_TEST_BEGIN, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_RUN_END } =
      Mocha.Runner.constants;
    // Not only at a test: what comes before the first one is part of the file's time.
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      if (suite.file !== undefined) this.#fileOf(suite);
    });
    runner.on(EVENT_TEST_BEGIN, (test) => void this.#fileOf(test));
    runner.on(EVENT_TEST_PASS, (test) => {
      this.#fileOf(test).passed++;
      if ((test.duration ?? 0) >= SLOW_MS) showSlow(test);
    });
    runner.on(EVENT_TEST_FAIL, (test) => {
      this.#fileOf(test).failed++;
      console.log(`  ${styleText('red', '✘')} ${test.fullTitle()}`);
    });
    runner.on(EVENT_RUN_END, () => this.#finish());
  }

  #fileOf(runnable: Pick<Mocha.Runnable, 'file'>): FileResult {
    const last = this.#files.at(-1);
    // A hook around all files belongs to none.
    const file =
      runnable.file === undefined ? (last?.file ?? 'hooks') : relative(process.cwd(), runnable.file);
    if (last?.file === file) return last;
    if (last) showFile(last);
    const next = { file, startedMs: performance.now(), resourcesBefore: resources(), passed: 0, failed: 0 };
    this.#files.push(next);
    return next;
  }

  #finish(): void {
    const last = this.#files.at(-1);
    if (last) showFile(last);
    if (this.failures.length > 0) Mocha.reporters.Base.list(this.failures);
    this.#write([]);
    // Does not itself keep the process running: it fires only if something else does.
    setTimeout(() => {
      const leaked = this.#leaks();
      console.log(
        `\n  ${styleText('red', '✘')} the tests are over, but something keeps the process running:`,
      );
      for (const leak of leaked) console.log(`      ${leak}`);
      this.#write(leaked);
      process.exit();
    }, GRACE_MS).unref();
  }

  #write(leaked: readonly string[]): void {
    const sum = (key: 'passed' | 'failed'): number =>
      this.#files.reduce((total, file) => total + file[key], 0);
    const failures = this.failures.map((test) => `${test.fullTitle()}: ${firstLine(test.err)}`);
    const results: Results = { passed: sum('passed'), failed: sum('failed'), failures, leaked };
    writeFileSync(this.#resultsFile, JSON.stringify(results));
  }

  /** What is still there, with the first file after which it was there for good. */
  #leaks(): readonly string[] {
    const left = counts(resources().filter((name) => !HARMLESS.has(name)));
    return [...left].map(([name, count]) => {
      const firstClean = this.#files.findLastIndex(
        ({ resourcesBefore }) => (counts(resourcesBefore).get(name) ?? 0) < count,
      );
      return `${String(count)} ${name}, since ${this.#files[firstClean]?.file ?? 'the start'}`;
    });
  }
}

/** Our own outputs, and the timer that asks. */
const HARMLESS = new Set(['PipeWrap', 'TTYWrap']);

function resources(): readonly string[] {
  return process.getActiveResourcesInfo();
}

function counts(names: readonly string[]): Map<string, number> {
  return new Map([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}

function firstLine(error: Error | undefined): string {
  return error?.message.split('\n', 1)[0] ?? 'no message';
}

function showFile({ file, startedMs, passed, failed }: FileResult): void {
  const mark = failed === 0 ? styleText('green', '✔') : styleText('red', '✘');
  const count =
    failed === 0 ? `${String(passed)} passed` : `${String(passed)} passed, ${String(failed)} failed`;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(2);
  console.log(`  ${mark} ${file.padEnd(60)} ${count.padStart(12)} ${seconds.padStart(7)} s`);
}

function showSlow(test: Mocha.Test): void {
  const seconds = ((test.duration ?? 0) / 1000).toFixed(1);
  console.log(styleText('dim', `    ${seconds.padStart(6)} s  ${test.fullTitle()}`));
}
