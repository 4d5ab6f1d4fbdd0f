import type { KubeObject } from '../resource-type.ts';

export type EventType = 'Normal' | 'Warning';

/** Something that happened to an object, for the person who describes it. */
export interface Happening {
  readonly regarding: KubeObject;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
  /** For programs that read Events; people see the message. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** core/v1 Event, as far as we write it. */
export interface KubeEvent extends KubeObject {
  readonly involvedObject: ObjectReference;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
  readonly source: { readonly component: string };
  readonly reportingComponent: string;
  readonly reportingInstance: string;
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
}

interface ObjectReference {
  readonly apiVersion: string | undefined;
  readonly kind: string | undefined;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

export interface Reporter {
  readonly component: string;
  /** The pod we run in. */
  readonly instance: string;
}

/** When the event happened first and last, and how often. */
export interface Occurrence {
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly times: number;
}

const MAX_NAME = 253;
const MAX_MESSAGE = 1_024;

/** `id` makes the name unique among the events of the object. */
export function newEvent(happening: Happening, when: Occurrence, reporter: Reporter, id: string): KubeEvent {
  const { regarding, type, reason, message, annotations } = happening;
  const { name, uid, resourceVersion } = regarding.metadata;
  // Events of objects that live in no namespace are kept in this one, by agreement.
  const namespace = regarding.metadata.namespace ?? 'default';
  return {
    metadata: {
      name: `${name.slice(0, MAX_NAME - 1 - id.length)}.${id}`,
      namespace,
      ...(annotations === undefined ? {} : { annotations }),
    },
    involvedObject: {
      apiVersion: regarding.apiVersion,
      kind: regarding.kind,
      namespace,
      name,
      uid,
      resourceVersion,
    },
    type,
    reason,
    message: shownMessage(message),
    source: { component: reporter.component },
    reportingComponent: reporter.component,
    reportingInstance: reporter.instance,
    count: when.times,
    firstTimestamp: toEventTime(when.firstAt),
    lastTimestamp: toEventTime(when.lastAt),
  };
}

function shownMessage(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`;
}

/** Kubernetes' Time has no fractions of a second. */
export function toEventTime(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}

export function objectIdOf({ kind, metadata }: KubeObject): string {
  return [kind, metadata.namespace, metadata.name, metadata.uid].join('/');
}

/** Events with the same identity, which nobody could tell apart, are one that happened several times. */
export function identityOf({ regarding, type, reason, message, annotations }: Happening): string {
  const noted = annotations === undefined ? '' : JSON.stringify(annotations);
  return [objectIdOf(regarding), type, reason, shownMessage(message), noted].join('\n');
}

/** The object without everything that does not name it. */
export function referenceTo({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  };
}
