import { describe } from '../api/errors.ts';
import type { HelmRelease } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import type { Trail } from '../api/trail.ts';
import { isForbidden } from '../kube/errors.ts';
import type { Change } from '../kube/store.ts';
import type { Clock, Random } from '../telemetry/clock.ts';
import { alertOf } from './alert.ts';
import { type Book, createBook } from './book.ts';
import { commitOfTrail, distinct } from './commits.ts';
import { type Desk, type DeskOptions, openDesk } from './desk.ts';
import type { Ledger, LedgerStore } from './ledger.ts';
import type { Notifier } from './notifier.ts';
import type { Outcome } from './outcome.ts';
import { createSaving, type Saving } from './saving.ts';
import { isFailing } from './seen.ts';

export interface NotifyOptions extends Pick<DeskOptions, 'post' | 'onEnd' | 'onTrouble' | 'onWell'> {
  readonly releases: () => Iterable<HelmRelease>;
  readonly ledger: LedgerStore;
  /** Which commit a HelmRelease is of, as far as that is proved. */
  readonly trailOf: (release: HelmRelease) => Trail | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly onLedgerTrouble: (why: string) => void;
  /** Something went wrong that nobody has foreseen; everything else goes on. */
  readonly onDefect: (caught: unknown) => void;
  readonly gatherMs?: number;
  readonly resendMs?: number;
}

/** Tells notifiers what becomes of releases. Without any it writes nothing, asks nothing and keeps nothing. */
export interface Notify {
  /**
   * With what the ledger of a predecessor says. Without one everything that is there by now is the past.
   */
  readonly begin: (notifiers: ReadonlyMap<string, Notifier>, signal: AbortSignal) => Promise<void>;
  /** The notifiers are others from now on. */
  readonly use: (notifiers: ReadonlyMap<string, Notifier>) => void;
  readonly onChange: (change: Change<HelmRelease>) => void;
  /** How much waits to be sent, by kind of the notifier. */
  readonly waiting: () => readonly { readonly kind: string; readonly count: number }[];
  /** Sends what can be sent within `graceMs`, and writes down what is still owed. */
  readonly stop: (graceMs: number) => Promise<void>;
}

const SAVE_MS = 3_000;

export function createNotify(o: NotifyOptions): Notify {
  const desks = new Map<string, Desk>();
  let book: Book | undefined;
  let saving: Saving | undefined;
  let isBegun = false;
  let isStopped = false;
  /** One change of what is kept after the other. */
  let turn: Promise<void> = Promise.resolve();

  const tell = (outcome: Outcome): void => {
    for (const desk of desks.values()) {
      if (book !== undefined && desk.tell(outcome)) book.owe(desk.notifier.name, outcome);
    }
  };

  const look = (release: HelmRelease): void => {
    if (book === undefined) return;
    for (const outcome of book.look(release, o.clock.now())) tell(withTrail(release, outcome));
    const alert = alertOf(release);
    for (const desk of desks.values()) desk.alert(keyOf(release), alert);
  };

  const isGone = (key: string): void => {
    for (const outcome of book?.gone(key, o.clock.now()) ?? []) tell(outcome);
    for (const desk of desks.values()) desk.alert(key, undefined);
  };

  /** No revision remembers the commit of what failed before there was one. */
  const withTrail = (release: HelmRelease, outcome: Outcome): Outcome => {
    if (!isFailing(outcome.key)) return outcome;
    return { ...outcome, commits: distinct([...commitOfTrail(o.trailOf(release)), ...outcome.commits]) };
  };

  const openBook = (ledger: Ledger | undefined): void => {
    const saver = createSaving({
      save: (signal) => o.ledger.save(opened.ledger(), signal),
      random: o.random,
      onTrouble: o.onLedgerTrouble,
      ...(o.gatherMs === undefined ? {} : { gatherMs: o.gatherMs }),
    });
    const opened = createBook(ledger ?? { told: {}, owed: [], lost: {} }, () => {
      saver.changed();
    });
    [book, saving] = [opened, saver];
    if (ledger === undefined) for (const release of o.releases()) opened.seed(release);
  };

  const closeBook = async (): Promise<void> => {
    const last = saving;
    [book, saving] = [undefined, undefined];
    const within = AbortSignal.timeout(SAVE_MS);
    await last?.stop(within);
    await clearLedger(within);
  };

  const clearLedger = async (signal: AbortSignal): Promise<void> => {
    await o.ledger.clear(signal).catch((caught: unknown) => {
      // Where it may not even be read, nobody has written one.
      if (!isForbidden(caught)) o.onLedgerTrouble(describe(caught));
    });
  };

  const arrange = async (notifiers: ReadonlyMap<string, Notifier>): Promise<void> => {
    if (isStopped) return;
    const left = await closeDesks(desks, notifiers);
    if (notifiers.size === 0) {
      if (book !== undefined) await closeBook();
      return;
    }
    if (book === undefined) openBook(undefined);
    for (const [name, notifier] of notifiers) {
      if (desks.has(name)) continue;
      const desk = openDesk(notifier, { ...o, onSettled: (outcome) => book?.settle(name, outcome) });
      desks.set(name, desk);
      for (const outcome of left.get(name) ?? []) desk.resume(outcome);
      for (const release of o.releases()) desk.alert(keyOf(release), alertOf(release));
    }
    for (const { notifier, outcome } of book?.owed() ?? []) {
      if (!notifiers.has(notifier)) book?.settle(notifier, outcome);
    }
  };

  /** What came of a predecessor's releases while nobody looked, and what it has left to be told. */
  const catchUp = ({ lost }: Ledger): void => {
    for (const [name, count] of Object.entries(lost)) desks.get(name)?.drop(count);
    for (const { notifier, outcome } of book?.owed() ?? []) desks.get(notifier)?.resume(outcome);
    const there = new Set<string>();
    for (const release of o.releases()) {
      there.add(keyOf(release));
      look(release);
    }
    for (const key of book?.keys() ?? []) if (!there.has(key)) isGone(key);
  };

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined); // whoever asked for it is told
    return mine;
  };

  return {
    begin: (notifiers, signal) =>
      inTurn(async () => {
        const ledger = notifiers.size === 0 ? undefined : await o.ledger.load(signal);
        // Whoever took the last notifier away while nobody looked wants nothing told of what has happened since.
        if (notifiers.size === 0) await clearLedger(AbortSignal.any([signal, AbortSignal.timeout(SAVE_MS)]));
        if (ledger !== undefined) openBook(ledger);
        await arrange(notifiers);
        isBegun = true;
        if (ledger !== undefined) catchUp(ledger);
      }),
    use: (notifiers) => {
      inTurn(async () => {
        if (isBegun) await arrange(notifiers);
      }).catch(o.onDefect);
    },
    onChange: (change) => {
      if (book === undefined) return;
      if (change.kind === 'deleted') {
        look(change.object);
        isGone(keyOf(change.object));
      } else look(change.object);
    },
    waiting: () => {
      const counts = new Map<string, number>();
      for (const { notifier, length } of desks.values())
        counts.set(notifier.kind, (counts.get(notifier.kind) ?? 0) + length);
      return [...counts].map(([kind, count]) => ({ kind, count }));
    },
    stop: (graceMs) =>
      inTurn(async () => {
        isStopped = true;
        await within(graceMs, Promise.all([...desks.values()].map((desk) => desk.idle())));
        await Promise.all([...desks.values()].map((desk) => desk.stop()));
        await saving?.stop(AbortSignal.timeout(SAVE_MS));
        book = undefined;
      }),
  };
}

/** Those that are others now, or none any more; gives back what they had still to tell. */
async function closeDesks(
  desks: Map<string, Desk>,
  notifiers: ReadonlyMap<string, Notifier>,
): Promise<ReadonlyMap<string, readonly Outcome[]>> {
  const left = new Map<string, readonly Outcome[]>();
  for (const [name, desk] of desks) {
    if (isSame(notifiers.get(name), desk.notifier)) continue;
    desks.delete(name);
    left.set(name, await desk.stop());
  }
  return left;
}

/** A Secret of which only a label or annotation has changed is read anew too. */
function isSame(one: Notifier | undefined, other: Notifier): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    resolve(undefined);
  }, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
