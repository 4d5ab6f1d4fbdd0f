import { SYNC_DEFAULTS } from '../api/gitsync/schema/defaults.ts';
import type { Tenancy } from '../api/tenancy.ts';
import type { Config } from '../config.ts';

export function tenancyOf({
  tenantMode,
  crossNamespaceRefs,
}: Pick<Config, 'tenantMode' | 'crossNamespaceRefs'>): Tenancy {
  // As that of a GitSync.
  return { defaultAccount: tenantMode ? SYNC_DEFAULTS.serviceAccountName : undefined, crossNamespaceRefs };
}
