import type { Pass } from '../pass.ts';
import { markFailed } from './condemn.ts';
import type { Condemned, CondemnPorts } from './condemn.ts';

/**
 * Ends the lock that a killed helm left behind: the revision is called failed, in body and label. Killed in its very last
 * moment, helm has already superseded the revision before it, and would take the failed one for what is deployed.
 */
export async function unlock(pass: Pass, condemned: Condemned, ports: CondemnPorts): Promise<void> {
  pass.log.warn('unlocking a release whose helm was interrupted', { revision: condemned.revision });
  const description = 'interrupted: the helm process that made this revision is gone';
  await markFailed(pass, condemned, description, ports);
}
