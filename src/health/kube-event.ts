import type { KubeObject } from '../kube/resource-type.ts';

/** A core/v1 Event, as far as it tells about an object. */
export interface KubeEvent {
  readonly involvedObject?: {
    readonly kind?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly fieldPath?: string;
  };
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly lastObservedTime?: string } | null;
  readonly metadata?: { readonly creationTimestamp?: string };
}

/** The newest message about an object with one of the reasons, if there is any that the pattern matches. */
export function newestMessage(
  events: readonly KubeEvent[],
  about: KubeObject,
  reasons: readonly string[],
  pattern = /./,
): string | undefined {
  const matching = events.filter(
    (event) =>
      isAbout(event, about) && reasons.includes(event.reason ?? '') && pattern.test(event.message ?? ''),
  );
  return matching.toSorted((a, b) => timeOf(b) - timeOf(a))[0]?.message;
}

function isAbout({ involvedObject }: KubeEvent, { metadata, kind }: KubeObject): boolean {
  if (involvedObject?.uid !== undefined && metadata.uid !== undefined)
    return involvedObject.uid === metadata.uid;
  return involvedObject?.name === metadata.name && (kind === undefined || involvedObject.kind === kind);
}

function timeOf(event: KubeEvent): number {
  const time =
    event.series?.lastObservedTime ??
    event.lastTimestamp ??
    event.eventTime ??
    event.metadata?.creationTimestamp;
  return time === undefined ? 0 : Date.parse(time);
}
