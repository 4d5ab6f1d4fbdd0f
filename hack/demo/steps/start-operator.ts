import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../testenv/control-plane/port.ts';
import type { Demo } from '../demo.ts';
import { labelDefinitions, removeReleases } from '../given-cluster.ts';
import { GIT_SYNC } from '../git-sync.ts';
import { HELM_RELEASE } from '../release.ts';
import { end } from '../shell.ts';
import { StepFailed } from '../step-failed.ts';

const USUAL_PORT = 3030;
const START_MS = 30_000;
const STOP_MS = 15_000;
const POLL_MS = 100;

/** Starts the operator from source and gives the URL of its HTTP endpoints. */
export async function startOperator(demo: Demo): Promise<string> {
  const { namespace, cluster, shell, screen, cleanUp } = demo;
  screen.step('The operator starts from source');
  await shell.show('kubectl apply --server-side -f crds/');
  await shell.show(
    `kubectl wait --for=condition=Established crd/${HELM_RELEASE} crd/${GIT_SYNC} --timeout=30s`,
  );
  if (cluster.kind === 'given') await labelDefinitions(demo);

  const port = await freePort(USUAL_PORT);
  const url = `http://127.0.0.1:${String(port)}`;
  const flags = [
    '--kubeconfig=$KUBECONFIG',
    `--operator-namespace=${namespace}`,
    ...(cluster.kind === 'given' ? [`--allow-namespace=${namespace}`] : []),
    '--charts-sync-interval=3s',
    '--shutdown-timeout=5s',
    `--listen=127.0.0.1:${String(port)}`,
    '--work-dir=$DEMO/work',
  ];
  const words = ['node src/main.ts', ...flags, '> $DEMO/operator.log 2>&1'];
  const command = words.join(' \\\n    ');
  screen.command(`${command} &`);
  const operator = shell.spawn(`exec ${command}`);
  cleanUp.defer('the operator', () => end(operator, STOP_MS));
  if (cluster.kind === 'given') cleanUp.defer('the HelmReleases', () => removeReleases(demo));
  await untilReady(demo, operator, url);
  return url;
}

async function untilReady({ signal, screen }: Demo, operator: ChildProcess, url: string): Promise<void> {
  const waiting = screen.waiting('the operator starts');
  const deadline = performance.now() + START_MS;
  let answer = 'it does not listen';
  try {
    while (operator.exitCode === null && operator.signalCode === null) {
      const response = await fetch(`${url}/readyz`, { signal }).catch(() => undefined);
      if (response?.ok === true) return;
      answer = (await response?.text()) ?? answer;
      if (performance.now() > deadline) throw new StepFailed(`the operator is not ready: ${answer}`);
      await delay(POLL_MS, undefined, { signal });
    }
    throw new StepFailed(`the operator ended with exit code ${String(operator.exitCode)}`);
  } finally {
    waiting.end();
  }
}
