import { setTimeout as sleep } from 'node:timers/promises';
import type { PeerStage } from '../stage/peer-stage.ts';
import { hasHandled, isGone, isReady } from '../workload/fleet.ts';
import { names, reconcilePatch } from '../workload/releases.ts';

/** The phases that every controller has, by the same clock as ours. */
export async function drivePeer(
  { fleet, meter, manifest }: PeerStage,
  { count, idleSeconds, annotation }: { count: number; idleSeconds: number; annotation: string | undefined },
): Promise<void> {
  const all = names(count);
  await meter.measure('install', () =>
    fleet.change(all, (name) => ({ method: 'POST', body: manifest(name, '1m') }), isReady),
  );
  await meter.measure('upgrade', () =>
    fleet.change(all, (name) => ({ method: 'PATCH', body: manifest(name, '2m') }), isReady),
  );
  if (annotation !== undefined) {
    const token = String(performance.now());
    await meter.measure('no-op by annotation', () =>
      fleet.change(
        all,
        () => ({ method: 'PATCH', body: reconcilePatch(annotation, token) }),
        hasHandled(token),
      ),
    );
  }
  await meter.measure(`idle ${String(idleSeconds)} s`, async () => {
    await sleep(idleSeconds * 1000);
    return undefined;
  });
  await meter.measure('uninstall', () => fleet.change(all, () => ({ method: 'DELETE' }), isGone));
}
