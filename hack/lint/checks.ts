import { styleText } from 'node:util';
import { type CommandEnd, runCommand } from './command.ts';

interface Check {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** The longest first, so that two at a time end together. */
const CHECKS: readonly Check[] = [
  { name: 'eslint', file: 'eslint', args: ['.'] },
  {
    name: 'types',
    file: 'tsc',
    args: ['--noEmit', '--incremental', '--tsBuildInfoFile', 'node_modules/.cache/lint.tsbuildinfo'],
  },
  { name: 'unused', file: 'knip', args: ['--no-progress'] },
  { name: 'layers', file: 'depcruise', args: ['--output-type', 'err', 'src', 'hack', 'test'] },
  {
    name: 'format',
    file: 'prettier',
    args: [
      '--check',
      '--log-level',
      'warn',
      '{src,test,hack}/**/*.ts',
      '{docs/**/,}*.md',
      '*.{js,cjs,json,yaml}',
      '.mocharc.yaml',
      '.*.cjs',
    ],
  },
  { name: 'crds', file: 'node', args: ['hack/crds/main.ts', '--check'] },
  { name: 'metrics', file: 'node', args: ['hack/metrics/main.ts', '--check'] },
  { name: 'dashboards', file: 'node', args: ['hack/dashboards/main.ts', '--check'] },
];

const AT_ONCE = 2;

export interface LintResult {
  readonly passed: number;
  readonly failed: number;
  /** The names of the failed ones. */
  readonly failures: readonly string[];
}

/** Runs every check, shows what the failed ones have to say, and ends with a line for each. */
export async function runChecks(names: readonly string[] = []): Promise<LintResult> {
  const waiting = CHECKS.filter(({ name }) => names.length === 0 || names.includes(name));
  const ends = new Map<Check, CommandEnd>();
  const worker = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const end = await runCommand(check.file, check.args, { output: 'keep' });
      ends.set(check, end);
      if (!end.ok) console.log(`\n${styleText('bold', check.name)}\n${end.output.trimEnd()}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  console.log();
  for (const [{ name }, { ok, seconds }] of ends) {
    const mark = ok ? styleText('green', '✔') : styleText('red', '✘');
    console.log(`  ${mark} ${name.padEnd(10)} ${seconds.toFixed(1).padStart(5)} s`);
  }
  const failures = [...ends].filter(([, { ok }]) => !ok).map(([{ name }]) => name);
  return { passed: ends.size - failures.length, failed: failures.length, failures };
}
