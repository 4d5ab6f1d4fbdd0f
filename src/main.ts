import { describe } from './api/errors.ts';
import { readConfig } from './config.ts';
import type { Config } from './config.ts';
import { operatorVersion } from './config/version.ts';
import { runOperator } from './operator.ts';
import { trustTheSystem } from './operator/trust.ts';
import { systemClock } from './telemetry/clock.ts';
import { createLogger } from './telemetry/logger.ts';

/** Wrong arguments: the caller has to change something before trying again. */
const USAGE_STATUS = 2;

async function run(config: Config): Promise<number> {
  const log = createLogger({ format: config.logFormat, level: config.logLevel });
  for (const warning of config.warnings) log.warn(warning);
  trustTheSystem();
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Not once(): execa's signal-exit, when it finds itself the last listener, ends the process with the signal.
    process.on(signal, () => {
      log.info('stopping', { signal });
      stop.abort(new Error('the operator is stopping'));
    });
  }
  try {
    await runOperator({
      config,
      env: process.env,
      version: operatorVersion(),
      log,
      clock: systemClock,
      random: Math.random,
      signal: stop.signal,
    });
    log.info('stopped');
    return 0;
  } catch (error) {
    if (isAbort(error, stop.signal)) {
      log.info('stopped');
      return 0;
    }
    log.error('the operator cannot run', { error: describe(error) });
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
    process.exitCode = await run(startup.config);
    break;
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
