import type { CleanUp } from './clean-up.ts';
import type { Screen } from './screen.ts';
import type { Shell } from './shell.ts';

/** What every step of the demo works with. */
export interface Demo {
  /** This repository. */
  readonly root: string;
  /** All files of the demo lie here, and go with it. */
  readonly dir: string;
  readonly cluster: ClusterChoice;
  readonly namespace: string;
  readonly shell: Shell;
  readonly screen: Screen;
  readonly cleanUp: CleanUp;
  /** Aborts when the person wants to stop. */
  readonly signal: AbortSignal;
  /** How long a step waits for what it announced. */
  readonly patienceMs: number;
}

/** A control plane of the demo's own with simulated pods, or the person's cluster, where pods are real. */
export type ClusterChoice =
  { readonly kind: 'own' } | { readonly kind: 'given'; readonly kubeconfig: string };
