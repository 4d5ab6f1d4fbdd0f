import { describe } from '../api/errors.ts';
import { keyOf } from '../api/metadata.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Informer } from '../kube/informer.ts';
import type { Document, ReadDocument } from '../kube/documents.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import type { Random } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { untilAnswered } from './until-answered.ts';

/** What Secrets in the operator's own namespace configure that carry a label. */
export interface Labelled<T> {
  /** By the name of the Secret. */
  readonly current: () => ReadonlyMap<string, T>;
  /**
   * Reads those that are there, and follows their changes from then on; `onChange` is called after each. Resolves when those
   * that were there have been read.
   */
  readonly follow: (onChange: () => void) => Promise<void>;
}

/** What a Secret with the label says. */
export type ReadLabelled<T> =
  | { readonly kind: 'read'; readonly value: T }
  /** Why it says nothing and what to change, for an Event on it. */
  | { readonly kind: 'refused'; readonly why: string };

/** The sentences and names of one kind of them. */
export interface LabelledKind<T> {
  readonly label: string;
  /** After an article: `receiver of webhooks`. */
  readonly what: string;
  /** More than one of them. */
  readonly many: string;
  /** Of the Event on one that is none. */
  readonly reason: string;
  readonly read: (name: string, type: string, data: Readonly<Record<string, Buffer>>) => ReadLabelled<T>;
}

export interface LabelledOptions {
  readonly namespace: string;
  /** Metadata of Secrets. */
  readonly watched: Pick<Informer<KubeObject>, 'store' | 'onChange'>;
  readonly readSecret: ReadDocument;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export function createLabelled<T>(of: LabelledKind<T>, o: LabelledOptions): Labelled<T> {
  const { namespace, watched, signal } = o;
  const current = new Map<string, T>();
  /** Names of Secrets that are another than the one that was read. */
  const stale = new Set<string>();
  const reading = new Set<string>();
  /** Labelled Secrets of other namespaces, which have been told so. */
  const elsewhere = new Set<string>();
  let onChange: () => void = () => undefined;

  const isOne = (secret: KubeObject | undefined): boolean =>
    secret?.metadata.labels?.[of.label] !== undefined;
  const isLabelled = (name: string): boolean => isOne(watched.store.get(`${namespace}/${name}`));

  const look = async (name: string): Promise<void> => {
    stale.add(name);
    if (!isLabelled(name) && current.delete(name)) onChange();
    if (reading.has(name)) return;
    reading.add(name);
    await catchUp(name).catch((caught: unknown) => {
      if (signal.aborted) return;
      o.log.error(`a ${of.what} cannot be read`, { name, error: describe(caught) });
    });
  };

  /** One answer after the other: one that was overtaken must not bring back a key that was taken away. */
  const catchUp = async (name: string): Promise<void> => {
    try {
      while (stale.delete(name)) {
        const secret = isLabelled(name) ? await read(name) : undefined;
        if (stale.has(name)) continue;
        take(name, secret);
        onChange();
      }
    } finally {
      reading.delete(name);
    }
  };

  const read = (name: string): Promise<Document | undefined> =>
    untilAnswered(() => o.readSecret({ namespace, name }, signal), {
      ...{ signal, random: o.random },
      onTrouble: (why) => {
        o.log.warn(`waiting for a ${of.what}`, { name, error: why });
      },
    });

  const take = (name: string, secret: Document | undefined): void => {
    const type = secret?.metadata.labels?.[of.label];
    current.delete(name);
    if (secret === undefined || type === undefined) return;
    const data = Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
    );
    const found = of.read(name, type, data);
    if (found.kind === 'read') {
      current.set(name, found.value);
      return;
    }
    o.log.error(`a Secret is no ${of.what}`, { name, why: found.why });
    o.events.record({ regarding: secret, type: 'Warning', reason: of.reason, message: found.why });
  };

  /** Whoever has put it there waits for what will never come. */
  const lookElsewhere = (secret: KubeObject): void => {
    const key = keyOf(secret);
    if (!isOne(secret)) {
      elsewhere.delete(key);
      return;
    }
    if (elsewhere.has(key)) return;
    elsewhere.add(key);
    const why = `${of.many} are Secrets of namespace ${namespace}, the operator's own: put it there, or have --operator-namespace name this one`;
    o.log.warn(`a Secret is no ${of.what}`, { name: key, why });
    const regarding = { apiVersion: 'v1', kind: 'Secret', metadata: secret.metadata };
    o.events.record({ regarding, type: 'Warning', reason: of.reason, message: why });
  };

  const concerns = (secret: KubeObject): boolean =>
    secret.metadata.namespace === namespace &&
    (isOne(secret) || current.has(secret.metadata.name) || reading.has(secret.metadata.name));

  return {
    current: () => current,
    follow: async (handler) => {
      onChange = handler;
      const first: Promise<void>[] = [];
      watched.onChange(({ kind, object }) => {
        if (concerns(object)) void look(object.metadata.name);
        if (object.metadata.namespace === namespace) return;
        if (kind === 'deleted') elsewhere.delete(keyOf(object));
        else lookElsewhere(object);
      });
      for (const secret of watched.store.values()) {
        if (concerns(secret)) first.push(look(secret.metadata.name));
        if (secret.metadata.namespace !== namespace) lookElsewhere(secret);
      }
      await Promise.all(first);
    },
  };
}
