import type { Demo } from './demo.ts';
import { isDeployed, isReady, type Release } from './release.ts';

/** Pushes what is committed, and tells how long it took until the revision was made and until it was ready. */
export async function pushUntilReady(
  { shell, screen }: Demo,
  release: Release,
  revision: number,
  what: string,
): Promise<void> {
  const pushed = performance.now();
  await shell.show('git push --quiet');
  const deployed = await release.until(what, (state) => isDeployed(state, revision));
  const ready = await release.until('its pods become ready', (state) => isReady(state, revision));
  screen.note(
    `deployed ${seconds(deployed.at - pushed)} after git push, ready after ${seconds(ready.at - pushed)}`,
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
