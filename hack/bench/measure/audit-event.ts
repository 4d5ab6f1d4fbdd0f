interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

/** They keep themselves busy whatever is measured, or measure it. */
export const OTHERS: ReadonlySet<string> = new Set([
  'bench',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
]);

/** A line of the audit log in the words `who verb resource`; undefined for what is no request of its own. */
export function describeRequest(line: string): string | undefined {
  if (line === '') return undefined;
  const { stage, verb, requestURI, userAgent = '', objectRef } = JSON.parse(line) as AuditEvent;
  // A watch counts when it is opened, anything else when it is answered.
  if (stage !== (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete')) return undefined;
  return `${whoIs(userAgent)} ${verb} ${resourceOf(requestURI, objectRef)}`;
}

function resourceOf(
  uri: string,
  { resource, subresource }: NonNullable<AuditEvent['objectRef']> = {},
): string {
  if (resource !== undefined) return subresource === undefined ? resource : `${resource}/${subresource}`;
  return `/${/^\/([^/?]*)/.exec(uri)?.[1] ?? ''}`;
}

/** Programs by the first word of their user agent; those of a run by the part that they have in it. */
function whoIs(userAgent: string): string {
  const name = /^[^/\s]*/.exec(userAgent)?.[0] ?? '';
  if (name === 'helm-release-operator') return 'operator';
  if (name === 'testenv' || name === 'kubectl') return 'bench';
  return name === '' ? 'unknown' : name.toLowerCase();
}
