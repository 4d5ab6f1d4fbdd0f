import type { HelmRelease, HelmReleaseSpec } from '../../../src/api/helm-release.ts';

/** A HelmRelease default/web with a chart from a repository, changed as a test needs it. */
export function release(
  spec: Partial<HelmReleaseSpec> = {},
  name = 'web',
  namespace = 'default',
): HelmRelease {
  const chart = { repository: 'https://charts.example.com', name: 'web', version: '1.2.3' };
  return { metadata: { name, namespace, generation: 1 }, spec: { chart, ...spec } };
}
