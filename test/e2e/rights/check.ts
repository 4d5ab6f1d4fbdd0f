import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { USED_RIGHTS } from '../../../hack/test/used-rights.ts';
import type { ControlPlane } from '../../../hack/testenv/testenv.ts';
import type { OperatorAccounts } from '../../support/operator-account.ts';
import { askedForItself } from './asked.ts';
import { FOR_CHARTS, REFUSED_ON_PURPOSE, type Known } from './known.ts';

/**
 * Gives what was wrong with the rights of the operators in a cluster, a line each: what was refused to them, and what only the rights for charts
 * allowed. Both are asked of the audit log of the API server.
 */
export async function rightsComplaints(
  plane: ControlPlane,
  accounts: OperatorAccounts,
): Promise<readonly string[]> {
  const { used, refused } = await askedForItself(plane);
  const folder = process.env[USED_RIGHTS];
  if (folder !== undefined)
    await writeFile(join(folder, `${crypto.randomUUID()}.json`), JSON.stringify([...used]));
  const own = accounts.own();
  const beyond = own.size === 0 ? [] : [...used].filter((right) => !own.has(right));
  return [
    ...[...refused].filter(isNot(REFUSED_ON_PURPOSE)).map((each) => `the operator may not ${each}`),
    ...beyond.filter(isNot(FOR_CHARTS)).map((each) => `without rbac.chartRules the operator may not ${each}`),
  ].toSorted();
}

function isNot(list: readonly Known[]): (text: string) => boolean {
  return (text) => !list.some(({ is }) => is.test(text));
}
