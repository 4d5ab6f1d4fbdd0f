import { describe } from '../api/errors.ts';
import { keyOf } from '../api/metadata.ts';
import { RECEIVER_LABEL } from '../api/names.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Informer } from '../kube/informer.ts';
import type { Document, ReadDocument } from '../kube/documents.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import { type Receiver, readReceiver } from '../server/hooks/receivers.ts';
import type { Random } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { untilAnswered } from './until-answered.ts';

/** The receivers of webhooks: Secrets in the operator's own namespace that are labelled as such. */
export interface Receivers {
  /** By the name of the Secret. */
  readonly current: () => ReadonlyMap<string, Receiver>;
  /** Reads those that are there, and follows their changes from then on; `onChange` is called after each. */
  readonly follow: (onChange: () => void) => void;
}

export interface ReceiversOptions {
  readonly namespace: string;
  /** Metadata of Secrets. */
  readonly watched: Pick<Informer<KubeObject>, 'store' | 'onChange'>;
  readonly readSecret: ReadDocument;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export function createReceivers(o: ReceiversOptions): Receivers {
  const { namespace, watched, signal } = o;
  const current = new Map<string, Receiver>();
  /** Names of Secrets that are another than the one that was read. */
  const stale = new Set<string>();
  const reading = new Set<string>();
  /** Labelled Secrets of other namespaces, which have been told so. */
  const elsewhere = new Set<string>();
  let onChange: () => void = () => undefined;

  const isLabelled = (name: string): boolean => isReceiver(watched.store.get(`${namespace}/${name}`));

  const look = (name: string): void => {
    stale.add(name);
    if (!isLabelled(name) && current.delete(name)) onChange();
    if (reading.has(name)) return;
    reading.add(name);
    catchUp(name).catch((caught: unknown) => {
      if (signal.aborted) return;
      o.log.error('a receiver of webhooks cannot be read', { name, error: describe(caught) });
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
        o.log.warn('waiting for a receiver of webhooks', { name, error: why });
      },
    });

  const take = (name: string, secret: Document | undefined): void => {
    const type = secret?.metadata.labels?.[RECEIVER_LABEL];
    current.delete(name);
    if (secret === undefined || type === undefined) return;
    const data = Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
    );
    const found = readReceiver(type, data);
    if (found.kind === 'receiver') {
      current.set(name, found.receiver);
      return;
    }
    o.log.error('a Secret is no receiver of webhooks', { name, why: found.why });
    o.events.record({ regarding: secret, type: 'Warning', reason: 'InvalidReceiver', message: found.why });
  };

  /** Whoever has put it there waits for deliveries that nobody takes. */
  const lookElsewhere = (secret: KubeObject): void => {
    const key = keyOf(secret);
    if (!isReceiver(secret)) {
      elsewhere.delete(key);
      return;
    }
    if (elsewhere.has(key)) return;
    elsewhere.add(key);
    const why = `receivers are Secrets of namespace ${namespace}, the operator's own: put it there, or have --operator-namespace name this one`;
    o.log.warn('a Secret is no receiver of webhooks', { name: key, why });
    const regarding = { apiVersion: 'v1', kind: 'Secret', metadata: secret.metadata };
    o.events.record({ regarding, type: 'Warning', reason: 'InvalidReceiver', message: why });
  };

  const concerns = (secret: KubeObject): boolean =>
    secret.metadata.namespace === namespace &&
    (isReceiver(secret) || current.has(secret.metadata.name) || reading.has(secret.metadata.name));

  return {
    current: () => current,
    follow: (handler) => {
      onChange = handler;
      watched.onChange(({ kind, object }) => {
        if (concerns(object)) look(object.metadata.name);
        if (object.metadata.namespace === namespace) return;
        if (kind === 'deleted') elsewhere.delete(keyOf(object));
        else lookElsewhere(object);
      });
      for (const secret of watched.store.values()) {
        if (concerns(secret)) look(secret.metadata.name);
        if (secret.metadata.namespace !== namespace) lookElsewhere(secret);
      }
    },
  };
}

function isReceiver(secret: KubeObject | undefined): boolean {
  return secret?.metadata.labels?.[RECEIVER_LABEL] !== undefined;
}
