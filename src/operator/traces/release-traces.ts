import { conditionOf, isTrue } from '../../api/conditions.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import { keyOf } from '../../api/metadata.ts';
import { targetOf } from '../../api/release-name.ts';
import type { Outcome } from '../../kube/outcome.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { Attributes, Span, Tracer } from '../../telemetry/tracing/tracer.ts';
import type { SyncTraces } from './sync-traces.ts';

/** Makes one trace of each change of a release, over all passes that it takes. */
export interface ReleaseTraces {
  /** There may be a change: the next pass will tell. */
  readonly noticed: (key: string, cause: 'edit' | 'chart') => void;
  /** Does a pass as a part of the change that it belongs to. */
  readonly pass: (release: HelmRelease, work: () => Promise<Outcome>) => Promise<Outcome>;
  readonly forget: (key: string) => void;
  /** Ends what is under way: the operator that comes next begins a trace of its own. */
  readonly close: () => void;
}

export interface ReleaseTracesOptions {
  readonly tracer: Tracer;
  readonly clock: Pick<Clock, 'now'>;
  /** The HelmRelease as it is known to be now. */
  readonly find: (key: string) => HelmRelease | undefined;
  readonly syncs: Pick<SyncTraces, 'carrierOf' | 'carried'>;
}

/** A change of one release, from the moment that it was noticed. */
interface Change {
  readonly span: Span;
  readonly generation: number | undefined;
  /** Between two passes. */
  waiting?: Span;
}

interface News {
  readonly at: Date;
  readonly cause: string;
}

export function createReleaseTraces(o: ReleaseTracesOptions): ReleaseTraces {
  const { tracer, clock, find, syncs } = o;
  const changes = new Map<string, Change>();
  const news = new Map<string, News>();
  /** The generation of which the change was told of last, whatever status says of it. */
  const told = new Map<string, number | undefined>();

  const begin = (release: HelmRelease, isNews: boolean): Change => {
    const key = keyOf(release);
    const { generation, namespace, name } = release.metadata;
    const { operation } = release.status ?? {};
    const { at = clock.now(), cause = operation === undefined ? 'look' : 'restart' } = news.get(key) ?? {};
    const span = tracer.begin('release', {
      at,
      attributes: { generation, cause },
      under: () => syncs.carrierOf(release, isNews),
    });
    span.share({ namespace, helmrelease: name, release: targetOf(release).releaseName });
    return { span, generation };
  };

  const changeOf = (release: HelmRelease): Change => {
    const key = keyOf(release);
    const { generation } = release.metadata;
    const isNews = generation !== release.status?.observedGeneration && told.get(key) !== generation;
    const known = changes.get(key);
    if (known !== undefined && known.generation === generation) return known;
    if (known !== undefined) end(key, known, { outcome: 'overtaken' });
    const change = begin(release, isNews);
    // Without a place in which to remember it a restart would lose the rest of what is under way.
    if (isNews || release.status?.operation !== undefined) change.span.keep();
    return change;
  };

  const end = (key: string, { span, waiting, generation }: Change, attributes: Attributes): void => {
    waiting?.end();
    span.set(attributes);
    span.end();
    changes.delete(key);
    told.set(key, generation);
  };

  const afterPass = (key: string, change: Change, look: Span, outcome: Outcome): void => {
    const now = find(key);
    const goesOn = outcome.kind === 'wait' && now !== undefined && !isSettled(now);
    const isNews = look.isKept || !goesOn;
    if (!goesOn) news.delete(key);
    if (!change.span.isKept) return;
    if (isNews) {
      change.waiting?.end(look.beganAt);
      delete change.waiting;
      look.keep();
    }
    look.end();
    if (goesOn) {
      change.waiting ??= waitingOf(now, change);
      changes.set(key, change);
      return;
    }
    if (now === undefined || (outcome.kind === 'done' && now.metadata.deletionTimestamp !== undefined)) {
      end(key, change, { outcome: 'removed' });
    } else {
      const sentence = failureOf(now, outcome);
      if (sentence !== undefined) change.span.fail(sentence);
      end(key, change, resultOf(now, outcome));
      syncs.carried(now);
    }
  };

  const waitingOf = (release: HelmRelease, { span }: Change): Span => {
    const why = conditionOf(release.status?.conditions, 'Ready')?.message;
    const waiting = tracer.begin('wait', { attributes: { why }, under: () => span });
    waiting.keep();
    return waiting;
  };

  return {
    noticed: (key, cause) => {
      if (tracer.isOn && !news.has(key)) news.set(key, { at: clock.now(), cause });
    },
    pass: async (release, work) => {
      if (!tracer.isOn) return await work();
      const key = keyOf(release);
      const change = changeOf(release);
      const look = tracer.begin('pass', { under: () => change.span });
      // The first one tells what was found out; of those that only wait on, nobody wants to hear.
      if (change.span.isKept && !changes.has(key)) look.keep();
      try {
        const outcome = await tracer.within(look, work);
        afterPass(key, change, look, outcome);
        return outcome;
      } catch (caught) {
        look.fail();
        look.end();
        if (change.span.isKept) changes.set(key, change);
        throw caught;
      }
    },
    forget: (key) => {
      const change = changes.get(key);
      if (change !== undefined) end(key, change, { outcome: 'removed' });
      news.delete(key);
      told.delete(key);
    },
    close: () => {
      for (const [key, change] of changes) end(key, change, { outcome: 'interrupted' });
    },
  };
}

function isSettled({ metadata, status }: HelmRelease): boolean {
  const isSeen = status?.observedGeneration === metadata.generation;
  return isSeen && status?.operation === undefined && isTrue(status?.conditions, 'Ready');
}

/** What status says, where secrets are masked already. */
function failureOf({ status }: HelmRelease, outcome: Outcome): string | undefined {
  const ready = conditionOf(status?.conditions, 'Ready');
  if (ready?.status === 'True') return undefined;
  return ready?.message ?? (outcome.kind === 'stalled' ? outcome.cause : undefined);
}

function resultOf({ status = {} }: HelmRelease, outcome: Outcome): Attributes {
  const [newest] = status.history ?? [];
  return {
    outcome: outcomeOf(status, outcome),
    action: newest?.action,
    revision: newest?.revision,
    chart: status.deployed?.chart,
  };
}

function outcomeOf({ conditions }: NonNullable<HelmRelease['status']>, { kind }: Outcome): string {
  if (isTrue(conditions, 'Ready')) return 'ready';
  if (isTrue(conditions, 'RolledBack')) return 'rolled back';
  return kind === 'done' ? 'unhealthy' : 'failed';
}
