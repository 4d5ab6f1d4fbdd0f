import type { HelmReleaseSpec } from '../../api/helm-release.ts';
import { DEFAULTS } from '../../api/schema/defaults.ts';

/** What helm needs beside waiting, on a slow API server. */
const RUN_MS = 120_000;
/** helm waits for every hook anew, each as long as its own timeout; how many a release has is not known before. */
const MAX_WAITS = 10;
/** A timeout of nothing was accepted by 1.4.4 and meant: do not wait. helm itself takes no such thing. */
const LEAST_TIMEOUT_MS = 1_000;

/** For everything but helm: thousands of requests, a list of sources of values that do not answer. */
const BESIDE_HELM_MS = 3_600_000;

/** How long a pass over such a HelmRelease may be silent at most, in the longest thing that it does. */
export function longestSilenceMs({ timeout, test, rollback }: Partial<HelmReleaseSpec> = {}): number {
  const seconds = [timeout, test?.timeout, rollback?.timeout].map((each) => each ?? DEFAULTS.timeoutSeconds);
  return BESIDE_HELM_MS + runLimit(Math.max(...seconds) * 1_000, true);
}

/** The timeout to give to helm. */
export function helmTimeout(timeoutMs: number): number {
  return Math.max(timeoutMs, LEAST_TIMEOUT_MS);
}

/** After this a helm process is ended from outside. `waits`: it may wait for hooks or tests, one after the other. */
export function runLimit(timeoutMs: number, waits: boolean): number {
  return RUN_MS + (waits ? MAX_WAITS : 1) * timeoutMs;
}
