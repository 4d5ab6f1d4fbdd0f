import { expect } from 'chai';
import type { HelmRelease } from '../../src/api/helm-release.ts';
import type { OperatorProcess, OperatorSettings } from '../support/operator-process.ts';
import { conditionOf, startWorld, webRelease } from './world.ts';
import type { World } from './world.ts';

/** A world with the operator running in it and one namespace for the releases of a test. */
export interface Bench extends AsyncDisposable {
  readonly world: World;
  readonly operator: OperatorProcess;
  readonly namespace: string;
  readonly apply: (...objects: readonly object[]) => Promise<void>;
  /** Waits until the newest spec of a HelmRelease is released. */
  readonly untilReady: (name: string, timeoutMs?: number) => Promise<HelmRelease>;
}

export interface BenchSettings {
  readonly namespace: string;
  readonly helm?: 'helm' | 'helm3';
  readonly operator?: Partial<OperatorSettings>;
}

export async function openBench({ namespace, helm, operator: settings }: BenchSettings): Promise<Bench> {
  const world = await startWorld(helm);
  try {
    await world.cluster.createNamespace(namespace);
    const operator = await world.operator(settings);
    return {
      world,
      operator,
      namespace,
      apply: async (...items) => {
        await world.cluster.apply({ apiVersion: 'v1', kind: 'List', items });
      },
      untilReady: (name, timeoutMs) => world.until(namespace, name, expectReady, timeoutMs),
      [Symbol.asyncDispose]: async () => {
        const exit = await operator.stop();
        await world.stop();
        expect(exit, 'exit status of the operator').to.equal(0);
      },
    };
  } catch (error) {
    await world.stop();
    throw error;
  }
}

/** A release beside the bad ones becomes ready, and the operator has met nothing that it did not expect. */
export async function expectUndisturbed(bench: Bench): Promise<void> {
  const { world, namespace, operator, apply, untilReady } = bench;
  await apply(webRelease(world, namespace, 'good', { releaseName: 'good' }));
  await untilReady('good');
  expect((await operator.get('/healthz')).status).to.equal(200);
  expect((await operator.get('/readyz')).status).to.equal(200);
  expect(operator.log()).not.to.match(/unexpected failure|was given up/);
}

export function expectReady(release: HelmRelease): void {
  const { metadata, status } = release;
  expect(conditionOf(release, 'Ready').status).to.equal('True');
  expect(status?.observedGeneration).to.equal(metadata.generation);
  expect(status?.phase).to.equal('Succeeded');
  expect(status?.failure).to.equal(undefined);
  expect(typesOf(release)).not.to.include.oneOf(['Stalled', 'Reconciling']);
}

export function typesOf({ status }: HelmRelease): readonly string[] {
  return (status?.conditions ?? []).map(({ type }) => type);
}
