import { describe } from './api/errors.ts';
import { readConfig } from './config.ts';
import type { Config } from './config.ts';
import { operatorVersion } from './config/version.ts';
import { runOperator } from './operator.ts';
import type { OperatorOptions } from './operator.ts';
import type { CommandOptions } from './operator/command.ts';
import { runDetach } from './operator/detach.ts';
import { runPlan } from './operator/plan.ts';
import { trustTheSystem } from './operator/trust.ts';
import { systemClock } from './telemetry/clock.ts';
import { createLogger } from './telemetry/logger.ts';

/** Wrong arguments: the caller has to change something before trying again. */
const USAGE_STATUS = 2;
/** How long an operator that another one has taken over from may take to end. */
const LOST_MS = 20_000;

/** Commands answer on standard output, and there say nothing else. */
const TO_STDERR = (line: string): void => void process.stderr.write(line);

interface Work {
  readonly what: 'operator' | 'command';
  /** Ends with the exit status. */
  readonly begin: (options: OperatorOptions) => Promise<number>;
  /** Exit status when a signal ended it before. */
  readonly stopped: number;
  readonly writeLog?: (line: string) => void;
}

const OPERATOR: Work = {
  what: 'operator',
  begin: async (options) => {
    await runOperator(options);
    options.log.info('stopped');
    return 0;
  },
  stopped: 0,
};

function command(run: (options: CommandOptions) => Promise<number>): Work {
  return {
    what: 'command',
    begin: (options) => run({ ...options, write: print }),
    stopped: 1,
    writeLog: TO_STDERR,
  };
}

function print(line: string): void {
  // Whoever reads it may leave (`| head`).
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => undefined);
  process.stdout.write(`${line}\n`);
}

async function run(config: Config, { what, begin, stopped, writeLog }: Work): Promise<number> {
  let levels = config.logLevels;
  const log = createLogger({
    format: config.logFormat,
    level: () => levels,
    ...(writeLog === undefined ? {} : { write: writeLog }),
  });
  for (const warning of config.warnings) log.warn(warning);
  trustTheSystem();
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Not once(): execa's signal-exit, when it finds itself the last listener, ends the process with the signal.
    process.on(signal, () => {
      log.info('stopping', { signal });
      stop.abort(new Error(`the ${what} is stopping`));
    });
  }
  try {
    return await begin({
      config,
      env: process.env,
      version: operatorVersion(),
      log,
      clock: systemClock,
      random: Math.random,
      signal: stop.signal,
      useLevels: (changed) => {
        levels = changed;
      },
      onLost: () => {
        // Whatever it waits for: another one works by then.
        setTimeout(() => {
          log.error('the operator did not end by itself after it had lost the lead');
          process.exit(1);
        }, LOST_MS).unref();
      },
    });
  } catch (error) {
    if (isAbort(error, stop.signal)) {
      log.info('stopped');
      return stopped;
    }
    log.error(`the ${what} cannot run`, { error: describe(error) });
    return 1;
  }
}

/** Told to stop while it was starting: what was waited for says so in its own way. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'))
  );
}

const startup = readConfig(process.argv.slice(2), process.env);
switch (startup.kind) {
  case 'run':
    process.exitCode = await run(startup.config, OPERATOR);
    break;
  case 'plan': {
    const { form } = startup;
    process.exitCode = await run(
      startup.config,
      command((options) => runPlan({ ...options, form })),
    );
    break;
  }
  case 'detach': {
    const { deployment, uninstalling } = startup;
    process.exitCode = await run(
      startup.config,
      command((options) => runDetach({ ...options, deployment, uninstalling })),
    );
    break;
  }
  case 'version':
    // 1.4.4 printed it there.
    process.stderr.write(`${operatorVersion()}\n`);
    break;
  case 'help':
    process.stdout.write(startup.text);
    break;
  case 'invalid':
    process.stderr.write(`${startup.message}\n`);
    process.exitCode = USAGE_STATUS;
    break;
}
