import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The environment variable with the folder where each end-to-end test leaves the rights that its operators used. */
export const USED_RIGHTS = 'TEST_RIGHTS_USED';

/** Has the tests that are started meanwhile leave them in one folder, which is gone afterwards. */
export async function collectUsedRights<T>(during: () => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'used-rights-'));
  process.env[USED_RIGHTS] = folder;
  try {
    return await during();
  } finally {
    Reflect.deleteProperty(process.env, USED_RIGHTS);
    await rm(folder, { recursive: true, force: true });
  }
}
