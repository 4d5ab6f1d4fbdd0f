/** `make demo`: tells the story of story.ts, on a control plane of its own or on the person's cluster, and tidies up. */
import { createCleanUp } from './clean-up.ts';
import { Interrupted, onInterrupt } from './interrupt.ts';
import { logTail } from './log-tail.ts';
import { createScreen } from './screen.ts';
import { clusterChoice, setUp } from './set-up.ts';
import { tell } from './story.ts';
import { obtainTools } from './tools.ts';

async function main(env: NodeJS.ProcessEnv): Promise<number> {
  const keep = !['', '0', 'false', 'no'].includes(env['KEEP'] ?? '');
  const cluster = clusterChoice(env);
  // Before there is anything to undo: getting what is missing may take minutes, and Ctrl-C simply ends it.
  const tools = await obtainTools(cluster);

  const began = performance.now();
  const screen = createScreen(process.stdout, env);
  const cleanUp = createCleanUp();
  const signal = onInterrupt();
  let exitCode = 0;
  let log = '';
  try {
    const demo = await setUp({ cluster, tools, env, screen, cleanUp, signal });
    log = `${demo.dir}/operator.log`;
    await tell(demo, { keep });
  } catch (error) {
    exitCode = await explain(signal.aborted ? signal.reason : error, log);
  }

  const failures = await cleanUp.run();
  for (const failure of failures) complain(`could not be cleaned up: ${failure}`);
  if (exitCode === 0 && failures.length === 0) {
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    screen.note(`\nDone in ${seconds} s. All processes and files of the demo are gone.`);
  }
  return exitCode === 0 && failures.length > 0 ? 1 : exitCode;
}

/** One clear sentence, and what the operator said last if it may have to do with it. */
async function explain(error: unknown, log: string): Promise<number> {
  if (error instanceof Interrupted) {
    complain(`${error.message}, cleaning up`);
    return error.exitCode;
  }
  const tail = await logTail(log);
  if (tail !== '') process.stderr.write(`\nThe end of the operator's log:\n${tail}\n`);
  complain(error instanceof Error ? error.message : String(error));
  return 1;
}

function complain(sentence: string): void {
  process.stderr.write(`\ndemo: ${sentence}\n`);
}

try {
  process.exitCode = await main(process.env);
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
