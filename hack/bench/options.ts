import { parseArgs } from 'node:util';
import { SOURCE_KINDS, type SourceKind } from './stage/chart-host.ts';

/** What the command line asks for. */
export interface Options {
  readonly scenario: string;
  /** Empty: what the scenario is meant for. */
  readonly counts: readonly number[];
  readonly sources: readonly SourceKind[];
  readonly helm: 'helm' | 'helm3';
  readonly slots: number;
  readonly cores: string | undefined;
  readonly idleSeconds: number;
  readonly seconds: number;
  readonly timeoutMs: number;
  readonly seed: number | undefined;
  readonly times: number;
  /** Add what was measured to docs/benchmark/results.jsonl. */
  readonly record: boolean;
  readonly writeDocs: boolean;
  readonly profiles: string | undefined;
  /** The folder of a bundle. */
  readonly operator: string;
  readonly help: boolean;
  readonly peer: PeerOptions | undefined;
}

/** A controller that somebody else has running. */
export interface PeerOptions {
  readonly plane: string;
  readonly groupVersion: string;
  readonly kind: string;
  readonly manifest: string;
  readonly setup: string | undefined;
  readonly annotation: string | undefined;
  readonly pids: readonly number[];
}

const FLAGS = {
  n: { type: 'string', short: 'n', default: '' },
  source: { type: 'string', default: 'git' },
  helm: { type: 'string', default: 'helm' },
  slots: { type: 'string', default: '4' },
  cores: { type: 'string' },
  idle: { type: 'string', default: '60' },
  seconds: { type: 'string', default: '600' },
  timeout: { type: 'string', default: '3600' },
  seed: { type: 'string' },
  times: { type: 'string', default: '1' },
  record: { type: 'boolean', default: false },
  'write-docs': { type: 'boolean', default: false },
  'cpu-prof': { type: 'string' },
  operator: { type: 'string', default: 'dist' },
  help: { type: 'boolean', short: 'h', default: false },
  plane: { type: 'string' },
  'watch-group': { type: 'string' },
  kind: { type: 'string' },
  manifest: { type: 'string' },
  setup: { type: 'string' },
  annotation: { type: 'string' },
  pid: { type: 'string', multiple: true },
} as const;

export const USAGE = `usage: npm run bench -- [SCENARIO] [FLAGS]

  -n 100,500          how many releases; several numbers are several runs, each on fresh state
  --source git        where the chart comes from: git, helm, oci; several with commas
  --helm helm         or helm3
  --slots 4           helm processes at a time in each of the operator's pools (its --workers)
  --cores 0,1         keeps operator and control plane to these cores
  --idle 60           seconds of the idle phase
  --seconds 600       how long the soak goes on
  --seed 7            of what happens by chance
  --timeout 3600      seconds after which a phase has failed
  --times 1           repetitions, each on fresh state
  --record            puts the runs into docs/benchmark/results.jsonl, in the place of earlier ones of the same
  --write-docs        writes tables and curves from there into docs/, and measures nothing
  --operator dist     the folder of the bundle that is measured, such as that of an older version
  --cpu-prof DIR      writes a CPU profile of each operator process to DIR

another controller, on a control plane started by npm run testenv -- start DIR --audit:
  --plane DIR --watch-group GROUP/VERSION --kind KIND --manifest TEMPLATE --pid PID [--pid PID]
  [--setup FILE]      applied once before
  [--annotation NAME] sets off a pass over an object that did not change
`;

/** Throws a sentence about what is wrong. */
export function readOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({ args: [...argv], options: FLAGS, allowPositionals: true });
  const [scenario = 'lifecycle', extra] = positionals;
  if (extra !== undefined) throw new Error(`one scenario at a time: ${extra} is too many`);
  return {
    scenario,
    counts: values.n === '' ? [] : values.n.split(',').map((text) => wholeNumber('-n', text)),
    sources: values.source.split(',').map((text) => oneOf('--source', SOURCE_KINDS, text)),
    helm: oneOf('--helm', ['helm', 'helm3'], values.helm),
    slots: wholeNumber('--slots', values.slots),
    cores: values.cores,
    idleSeconds: wholeNumber('--idle', values.idle),
    seconds: wholeNumber('--seconds', values.seconds),
    timeoutMs: wholeNumber('--timeout', values.timeout) * 1000,
    seed: values.seed === undefined ? undefined : wholeNumber('--seed', values.seed),
    times: wholeNumber('--times', values.times),
    record: values.record,
    writeDocs: values['write-docs'],
    profiles: values['cpu-prof'],
    operator: values.operator,
    help: values.help,
    peer: peerOptions(values),
  };
}

type Values = ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>['values'];

function peerOptions(values: Values): PeerOptions | undefined {
  const { plane, kind, manifest, setup, annotation, pid = [] } = values;
  const groupVersion = values['watch-group'];
  const given = { '--plane': plane, '--watch-group': groupVersion, '--kind': kind, '--manifest': manifest };
  if (Object.values(given).every((value) => value === undefined)) return undefined;
  const missing = Object.entries(given).filter(([, value]) => value === undefined);
  if (missing.length > 0)
    throw new Error(`another controller needs ${missing.map(([name]) => name).join(', ')} too`);
  return {
    plane: plane ?? '',
    groupVersion: groupVersion ?? '',
    kind: kind ?? '',
    manifest: manifest ?? '',
    setup,
    annotation,
    pids: pid.flatMap((text) => text.split(',')).map((text) => wholeNumber('--pid', text)),
  };
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${flag}: ${JSON.stringify(text)} is no whole number`);
  return Number(text);
}

function oneOf<T extends string>(flag: string, choices: readonly T[], text: string): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined)
    throw new Error(`${flag}: ${JSON.stringify(text)} is none of ${choices.join(', ')}`);
  return found;
}
