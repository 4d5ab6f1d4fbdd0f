import { HelmError } from '../../../../../src/helm/errors.ts';
import type { FailureClass } from '../../../../../src/helm/errors.ts';
import type { Helm } from '../../../../../src/helm/helm.ts';
import type { HelmOutcome } from '../../../../../src/helm/outcome.ts';
import type { HelmStatus } from '../../../../../src/helm/storage/helm-status.ts';
import type { HelmStorage, Labels, Stored } from './helm-storage.ts';
import type { Effects, Lifetime } from './lifetime.ts';

export type Verb = 'install' | 'upgrade' | 'rollback' | 'uninstall' | 'test';

/**
 * How a run goes wrong. `before`: helm makes no revision; `after`: it makes one and fails; `lost`: it dies and leaves
 * its lock; `unreachable`: the API server does not answer it; `unsaid`: all is applied, but helm calls it a failure;
 * `owned`: as `before`, because objects of release shop/web are in its way; `forbidden`: as `after`, for want of rights.
 */
export type Fault = 'before' | 'after' | 'lost' | 'unreachable' | 'unsaid' | 'owned' | 'forbidden';

export interface FakeHelm {
  readonly port: Pick<Helm, Verb>;
  /** What goes wrong with each run of a verb until it is taken away again. */
  readonly faults: Map<Verb, Fault>;
  /** As whom each run was done, in order. */
  readonly users: readonly (string | undefined)[];
  /** By others than the operator. */
  readonly foreign: {
    readonly upgrade: (release: string, status?: HelmStatus) => void;
    readonly rollback: (release: string) => void;
    /** As it stands while the hooks of the uninstall run. */
    readonly beginUninstall: (release: string) => void;
  };
}

export interface HelmPorts {
  readonly storage: HelmStorage;
  readonly lifetime: () => Lifetime;
  readonly effects: Effects;
  /** Looks at each run that is asked for, before anything is done. */
  readonly onRun: (verb: Verb, release: string, labels: Labels) => void;
}

interface Begun {
  readonly name: string;
  readonly as?: string | undefined;
  readonly labels?: Labels;
}

const OK: HelmOutcome = { kind: 'ok', durationMs: 1_000, output: '' };

/** Makes of Helm's storage what helm makes of it, labels and locks included; knows no objects. */
export function createFakeHelm({ storage, lifetime, effects, onRun }: HelmPorts): FakeHelm {
  const faults = new Map<Verb, Fault>();
  const users: (string | undefined)[] = [];
  const begin = (verb: Verb, { name: release, as, labels = {} }: Begun): Fault | undefined => {
    lifetime().effect();
    users.push(as);
    onRun(verb, release, labels);
    effects.push(`helm ${verb}`);
    return faults.get(verb);
  };

  /** Locks the release with a new revision, applies it, and writes down what came of it. */
  const make = (
    verb: 'install' | 'upgrade' | 'rollback',
    release: string,
    fault: Fault | undefined,
    content: string,
    labels: Labels,
  ): HelmOutcome => {
    const before = storage.all(release).filter(({ status }) => status === 'deployed');
    const previous = storage.newest(release);
    const revision = storage.add(release, `pending-${verb}`, content, labels);
    lifetime().effect();
    if (fault === 'lost') return failed('KILLED', `helm ${verb} was killed`);
    if (fault === 'after' || fault === 'unreachable' || fault === 'forbidden') {
      if (verb === 'rollback' && previous !== undefined) storage.change(previous, { status: 'superseded' });
      storage.change(revision, { status: 'failed' });
      if (fault === 'forbidden') return failed('FORBIDDEN', 'service account shop/deployer may not');
      return fault === 'after' ? failed('OTHER', 'a field is immutable') : unreachable();
    }
    for (const each of before) storage.change(each, { status: 'superseded' });
    storage.change(revision, { status: 'deployed' });
    lifetime().effect();
    return fault === 'unsaid' ? failed('OTHER', 'the answer was lost') : OK;
  };

  const deploy = (verb: 'install' | 'upgrade', request: Begun & { readonly chartPath: string }) => {
    const { name: release, chartPath: chart, labels = {} } = request;
    const fault = begin(verb, request);
    const newest = storage.newest(release);
    const refusal = verb === 'install' ? notInstallable(newest) : notUpgradable(storage.all(release));
    if (fault === 'owned') {
      const owner =
        'ConfigMap web in namespace shop exists already and belongs to release shop/web: delete it';
      return Promise.resolve(failed('OWNERSHIP', owner));
    }
    if (fault === 'before' || refusal !== undefined) {
      return Promise.resolve(failed('OTHER', refusal ?? 'the chart cannot be rendered'));
    }
    const inherited = verb === 'upgrade' ? newest?.labels : undefined;
    return Promise.resolve(make(verb, release, fault, chart, { ...inherited, ...labels }));
  };

  return {
    faults,
    users,
    port: {
      install: async (request) => await deploy('install', request),
      upgrade: async (request) => await deploy('upgrade', request),
      rollback: async ({ name, as, revision }) => {
        const fault = begin('rollback', { name, as });
        const target = storage.all(name).find((each) => each.revision === revision);
        if (fault === 'before' || target === undefined) {
          return await Promise.resolve(failed('OTHER', 'release has no such revision'));
        }
        return make('rollback', name, fault, target.content, target.labels);
      },
      uninstall: async ({ name, as }) => {
        const fault = begin('uninstall', { name, as });
        const newest = storage.newest(name);
        if (newest !== undefined) storage.change(newest, { status: 'uninstalling' });
        lifetime().effect();
        if (fault !== undefined) return await Promise.resolve(failed('OTHER', 'a hook failed'));
        storage.remove(name);
        return OK;
      },
      test: async ({ name, as }) => {
        const fault = begin('test', { name, as });
        lifetime().effect();
        if (fault === 'unreachable') return await Promise.resolve(unreachable());
        if (fault === 'lost') return failed('KILLED', 'helm test was killed');
        const newest = storage.newest(name);
        if (newest !== undefined)
          storage.change(newest, { tested: fault === undefined ? 'Succeeded' : 'Failed' });
        return fault === undefined ? OK : failed('TEST_FAILED', 'the test Pod failed');
      },
    },
    foreign: {
      upgrade: (release, status = 'deployed') => {
        const newest = storage.newest(release);
        if (newest === undefined || isHeld(newest)) return;
        if (status === 'deployed') supersedeAll(storage, release);
        storage.add(release, status, 'foreign', newest.labels);
      },
      rollback: (release) => {
        const [oldest, ...others] = storage.all(release);
        const newest = others.at(-1);
        if (oldest === undefined || newest === undefined || newest.status === 'uninstalling') return;
        supersedeAll(storage, release);
        storage.add(release, 'deployed', oldest.content, oldest.labels);
      },
      beginUninstall: (release) => {
        const newest = storage.newest(release);
        if (newest === undefined || isHeld(newest)) return;
        storage.change(newest, { status: 'uninstalling' });
      },
    },
  };
}

function supersedeAll(storage: HelmStorage, release: string): void {
  for (const each of storage.all(release)) {
    if (each.status === 'deployed') storage.change(each, { status: 'superseded' });
  }
}

function isHeld({ status }: Stored): boolean {
  return status.startsWith('pending-') || status === 'uninstalling';
}

function notInstallable(newest: Stored | undefined): string | undefined {
  const free = newest === undefined || newest.status === 'failed' || newest.status === 'uninstalled';
  return free ? undefined : 'cannot reuse a name that is still in use';
}

function notUpgradable(all: readonly Stored[]): string | undefined {
  const newest = all.at(-1)?.status ?? 'unknown';
  if (newest.startsWith('pending-')) return 'another operation is in progress';
  const based = all.some(({ status }) => status === 'deployed');
  return based || newest === 'failed' || newest === 'superseded' ? undefined : 'no deployed releases';
}

function unreachable(): HelmOutcome {
  return failed('UNREACHABLE', 'the API server does not answer');
}

function failed(kind: FailureClass, message: string): HelmOutcome {
  const error = new HelmError(message, { class: kind, reason: 'HelmFailed', retry: 'backoff' });
  return { kind: 'failed', error, durationMs: 1_000 };
}
