import type { Demo } from '../demo.ts';
import { followRelease } from '../release.ts';
import type { Release } from '../release.ts';
import { expect } from '../step-failed.ts';

/** Applies the manifest from the clone; what becomes of it is followed from here on. */
export async function applyManifest(demo: Demo): Promise<Release> {
  const { shell, screen } = demo;
  screen.step('The HelmRelease from the clone is applied');
  shell.cd('$DEMO/shop');
  const answer = await shell.show('kubectl apply -f shop.yaml');
  expect(answer.includes('shop created'), 'the HelmRelease was not created');
  return followRelease(demo);
}
