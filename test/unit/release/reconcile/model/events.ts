import fc from 'fast-check';
import type { Health } from '../../../../../src/health/health.ts';
import type { Fault, Verb } from '../world/helm.ts';
import type { PassResult, World } from '../world/world.ts';

type Interference = 'upgrade' | 'rollback' | 'lock' | 'failure' | 'uninstall' | 'half-uninstall';

/** What may happen to a release between two looks of the operator. */
export type Event =
  | { readonly kind: 'input'; readonly chart: string }
  | { readonly kind: 'edit' }
  | { readonly kind: 'chart-away' }
  | { readonly kind: 'chart-back' }
  | { readonly kind: 'helm-fails'; readonly verb: Verb; readonly fault: Fault }
  | { readonly kind: 'helm-mends' }
  | { readonly kind: 'health'; readonly content: string; readonly health: Health }
  | { readonly kind: 'foreign'; readonly what: Interference }
  | { readonly kind: 'reconcile-at' }
  | { readonly kind: 'rename'; readonly to: string }
  | { readonly kind: 'give-up'; readonly release: string }
  | { readonly kind: 'killed'; readonly after: number }
  | { readonly kind: 'status-lost' }
  | { readonly kind: 'time'; readonly ms: number };

const CHARTS = ['a', 'b', 'c'] as const;
const chart = fc.constantFrom(...CHARTS);
const health = fc.constantFrom<Health>(
  { kind: 'ready' },
  { kind: 'progressing', why: 'Deployment shop/web: 0 of 1 pods are ready' },
  { kind: 'failed', why: 'Deployment shop/web exceeded its progress deadline' },
);

export const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('input'), chart }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'edit' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'chart-away' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'chart-back' } as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('helm-fails'),
      verb: fc.constantFrom<Verb>('install', 'upgrade', 'rollback', 'uninstall', 'test'),
      fault: fc.constantFrom<Fault>('before', 'after', 'lost', 'unreachable', 'unsaid'),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'helm-mends' } as const) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('health'), content: chart, health }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('foreign'),
      what: fc.constantFrom<Interference>(
        ...(['upgrade', 'rollback', 'lock', 'failure', 'uninstall', 'half-uninstall'] as const),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'reconcile-at' } as const) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('killed'), after: fc.integer({ min: 0, max: 9 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('time'),
      ms: fc.constantFrom(1_000, 6_000, 61_000, 400_000, 1_000_000),
    }),
  },
);

const RELEASES = ['web', 'shop'] as const;

/** The same for a HelmRelease that may come to stand for another release. */
export const anyEventOrMove: fc.Arbitrary<Event> = fc.oneof(
  { weight: 8, arbitrary: anyEvent },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('rename'), to: fc.constantFrom(...RELEASES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('give-up'), release: fc.constantFrom(...RELEASES, 'none') }),
  },
);

/** Lets it happen, and the operator look. */
export async function happen(world: World, event: Event): Promise<PassResult> {
  const release = world.subject.get().spec.releaseName ?? '';
  switch (event.kind) {
    case 'input':
      if (world.chart !== undefined) world.chart = event.chart;
      break;
    case 'edit':
      world.subject.edit({});
      break;
    case 'chart-away':
      world.chart = undefined;
      break;
    case 'chart-back':
      world.chart ??= 'b';
      break;
    case 'helm-fails':
      world.helm.faults.set(event.verb, event.fault);
      break;
    case 'helm-mends':
      world.helm.faults.clear();
      break;
    case 'health':
      world.health.set(event.content, event.health);
      break;
    case 'foreign':
      interfere(world, release, event.what);
      break;
    case 'reconcile-at':
      world.subject.annotate(`at ${world.nowMs()} over ${world.status().lastHandledReconcileAt ?? 'none'}`);
      break;
    case 'rename':
      world.subject.edit({ releaseName: event.to });
      break;
    case 'give-up':
      world.subject.giveUp(`shop/${event.release}`);
      break;
    case 'status-lost':
      world.subject.setStatus({});
      break;
    case 'killed':
      return await world.pass(event.after);
    case 'time':
      world.later(event.ms);
      break;
  }
  return await world.pass();
}

function interfere({ helm: { foreign }, storage }: World, release: string, what: Interference): void {
  switch (what) {
    case 'upgrade':
      foreign.upgrade(release);
      break;
    case 'rollback':
      foreign.rollback(release);
      break;
    case 'lock':
      foreign.upgrade(release, 'pending-upgrade');
      break;
    case 'failure':
      foreign.upgrade(release, 'failed');
      break;
    case 'uninstall':
      storage.remove(release);
      break;
    case 'half-uninstall':
      foreign.beginUninstall(release);
      break;
  }
}
