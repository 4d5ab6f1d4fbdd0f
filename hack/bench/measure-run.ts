import { tool } from '../testenv/testenv.ts';
import type { Options } from './options.ts';
import { machine } from './report/machine.ts';
import type { Row, Run } from './report/run.ts';
import { SCENARIOS } from './scenarios/all.ts';
import { drivePeer } from './scenarios/peer.ts';
import type { SourceKind } from './stage/chart-host.ts';
import { describeStart, nodeStart } from './stage/node-flags.ts';
import { openPeerStage } from './stage/peer-stage.ts';
import { openStage } from './stage/stage.ts';

/** One scenario with our operator, on fresh state. */
export async function measureOurs(options: Options, count: number, source: SourceKind): Promise<Run> {
  const { scenario, slots, helm, cores, profiles, timeoutMs, idleSeconds, seconds } = options;
  const seed = options.seed ?? Math.floor(Math.random() * 1e9);
  say(`${scenario}, N=${String(count)}, chart from ${source}, seed ${String(seed)}`);
  await using stage = await openStage({
    ...{ source, helm, slots, cores, profiles, timeoutMs, bundle: options.operator },
    onRow,
  });
  await SCENARIOS[scenario]?.run(stage, { count, idleSeconds, seconds, seed });
  return await runOf(options, { scenario, subject: 'operator', count, source, rows: stage.meter.rows });
}

/** The same workload and the same clock with what somebody else has running. */
export async function measurePeer(options: Options, count: number, source: SourceKind): Promise<Run> {
  const { peer, timeoutMs, idleSeconds } = options;
  if (peer === undefined) throw new TypeError('there is nobody to measure');
  const subject = `${peer.groupVersion}/${peer.kind}`;
  say(`${subject}, N=${String(count)}, chart from ${source}`);
  await using stage = await openPeerStage({ peer, source, timeoutMs, onRow });
  await drivePeer(stage, { count, idleSeconds, annotation: peer.annotation });
  return await runOf(options, { scenario: 'peer', subject, count, source, rows: stage.meter.rows });
}

type Measured = Pick<Run, 'scenario' | 'subject' | 'count' | 'source' | 'rows'>;

async function runOf({ slots, helm, cores, peer }: Options, measured: Measured): Promise<Run> {
  const { rows, ...what } = measured;
  return {
    at: new Date().toISOString(),
    ...what,
    slots,
    machine: await machine(await tool(helm), {
      pinned: cores,
      flags: peer === undefined ? describeStart(nodeStart()) : undefined,
    }),
    rows,
  };
}

function onRow({ phase, seconds }: Row): void {
  say(`  ${phase}: ${seconds.toFixed(1)} s`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
