import type { HelmReleaseSpec } from '../../../src/api/helm-release.ts';
import type { Dice } from '../../support/dice.ts';

type Spec = Partial<HelmReleaseSpec>;

/** A release at one stage of its life, the change that the kill interrupts, and how it has to end all the same. */
export interface Life {
  /** Also the name of its HelmRelease. */
  readonly name: string;
  /** What is deployed when the change comes; nothing for a first install. */
  readonly before?: Spec;
  /** Whether that is ready by then, which is the rule, or still waited for. */
  readonly waiting?: true;
  readonly change: Spec | 'delete';
  readonly end: 'ready' | 'rolled-back' | 'gone';
}

/** `text` is what the ConfigMap of the release holds: it tells which input is really deployed. */
export const OLD_TEXT = 'one';
export const NEW_TEXT = 'two';

const POD = 'testenv.helm-release-operator.io/pod';
const READY_AFTER = 'testenv.helm-release-operator.io/ready-after';
const ENDS_AFTER = 'testenv.helm-release-operator.io/ends-after';

const old: Spec = { values: { text: OLD_TEXT } };

function changed(values: Readonly<Record<string, unknown>> = {}, spec: Spec = {}): Spec {
  return { timeout: 20, ...spec, values: { text: NEW_TEXT, ...values } };
}

function slowPods(after: string): Readonly<Record<string, unknown>> {
  return { podAnnotations: { [READY_AFTER]: after } };
}

function hook(
  on: readonly string[],
  podAnnotations: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  return { hook: { on, podAnnotations } };
}

const INSTALLS: readonly Life[] = [
  { name: 'install', change: changed(slowPods('1s'), { wait: true }), end: 'ready' },
  { name: 'install-hooked', change: changed(hook(['pre-install'], { [ENDS_AFTER]: '1s' })), end: 'ready' },
  {
    name: 'install-helm-waits',
    change: changed({ ...slowPods('1s'), ...hook(['post-install'], {}) }, { wait: true }),
    end: 'ready',
  },
  {
    name: 'install-tested',
    change: changed(
      { test: { enabled: true, podAnnotations: { [ENDS_AFTER]: '1s' } } },
      { test: { enable: true, timeout: 20 } },
    ),
    end: 'ready',
  },
];

const UPGRADES: readonly Life[] = [
  { name: 'upgrade', before: old, change: changed(), end: 'ready' },
  {
    name: 'upgrade-hooked',
    before: old,
    change: changed(hook(['pre-upgrade', 'post-upgrade'], { [ENDS_AFTER]: '500ms' })),
    end: 'ready',
  },
];

const WAITS: readonly Life[] = [
  { name: 'wait', before: old, change: changed(slowPods('2s'), { wait: true }), end: 'ready' },
  {
    name: 'wait-by-helm',
    before: old,
    change: changed({ ...slowPods('2s'), ...hook(['post-upgrade'], {}) }, { wait: true }),
    end: 'ready',
  },
  {
    name: 'overtaken',
    before: {
      timeout: 300,
      wait: true,
      values: { text: OLD_TEXT, podAnnotations: { [POD]: 'never-ready' } },
    },
    waiting: true,
    change: changed({}, { wait: true }),
    end: 'ready',
  },
];

const rollback: Spec = { timeout: 2, rollback: { enable: true, timeout: 20, wait: true } };

const FAILURES: readonly Life[] = [
  {
    name: 'never-ready',
    before: { ...old, ...rollback, timeout: 20 },
    change: changed({ podAnnotations: { [POD]: 'never-ready' } }, rollback),
    end: 'rolled-back',
  },
  {
    name: 'failing-hook',
    before: { ...old, ...rollback, timeout: 20 },
    change: changed(hook(['pre-upgrade'], { [POD]: 'fails' }), { ...rollback, timeout: 20 }),
    end: 'rolled-back',
  },
  {
    name: 'hooked-rollback',
    before: {
      ...rollback,
      timeout: 20,
      values: { text: OLD_TEXT, ...hook(['post-rollback'], { [ENDS_AFTER]: '1s' }) },
    },
    change: changed({ podAnnotations: { [POD]: 'never-ready' } }, rollback),
    end: 'rolled-back',
  },
];

const UNINSTALLS: readonly Life[] = [
  { name: 'uninstall', before: old, change: 'delete', end: 'gone' },
  {
    name: 'uninstall-hooked',
    before: { timeout: 20, values: { text: OLD_TEXT, ...hook(['pre-delete'], { [ENDS_AFTER]: '1s' }) } },
    change: 'delete',
    end: 'gone',
  },
];

/** Longer than a leader may go on without a word: helm runs when it stands still, and when its time is over. */
export const LONG_HOOK: Life = {
  name: 'long-hook',
  before: old,
  change: changed(hook(['pre-upgrade'], { [ENDS_AFTER]: '14s' }), { timeout: 40 }),
  end: 'ready',
};

/** Releases of so many different stages. */
export function drawLives(dice: Dice, count: number): readonly Life[] {
  return dice.draw([INSTALLS, UPGRADES, WAITS, FAILURES, UNINSTALLS], count).map((stage) => dice.pick(stage));
}

export function describeLives(lives: readonly Life[]): string {
  return lives.map(({ name }) => name).join(', ');
}
