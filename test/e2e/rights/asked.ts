import type { ControlPlane } from '../../../hack/testenv/testenv.ts';
import { auditedSoFar, type AuditEvent } from '../../support/audit-log.ts';
import { ACCOUNT } from '../../support/operator-account.ts';

/** What operators have asked for with the rights of their own accounts, and not helm, nor as the account of somebody else. */
export interface AskedForItself {
  /** As `verb group/resource`. */
  readonly used: ReadonlySet<string>;
  /** As `verb group/resource in namespace`. */
  readonly refused: ReadonlySet<string>;
}

const IS_OPERATOR = new RegExp(`^system:serviceaccount:[^:]+:${ACCOUNT}(-\\d+)?$`);

export async function askedForItself(plane: ControlPlane): Promise<AskedForItself> {
  const events = (await auditedSoFar(plane, '"helm-release-operator/')).filter(({ user }) =>
    IS_OPERATOR.test(user?.username ?? ''),
  );
  return {
    used: new Set(events.flatMap(usedIn)),
    refused: new Set(events.filter(isRefused).map(inPlace)),
  };
}

/** What the account of a GitSync may do is its own affair; to act as it is what the operator needs. */
function usedIn({ verb, objectRef, impersonatedUser }: AuditEvent): readonly string[] {
  if (impersonatedUser !== undefined) return ['impersonate /serviceaccounts'];
  return objectRef === undefined ? [] : [`${verb} ${resourceOf(objectRef)}`];
}

/** Not by an admission, as of what is made in a namespace that is being deleted. */
function isRefused({ responseStatus, annotations = {}, impersonatedUser }: AuditEvent): boolean {
  const isAllowed = annotations['authorization.k8s.io/decision'] === 'allow';
  return responseStatus?.code === 403 && !isAllowed && impersonatedUser === undefined;
}

function inPlace({ verb, objectRef, requestURI }: AuditEvent): string {
  const place = objectRef?.namespace ?? 'the cluster';
  return `${verb} ${objectRef === undefined ? requestURI : resourceOf(objectRef)} in ${place}`;
}

function resourceOf({
  apiGroup = '',
  resource = '',
  subresource,
}: NonNullable<AuditEvent['objectRef']>): string {
  return `${apiGroup}/${resource}${subresource === undefined ? '' : `/${subresource}`}`;
}
