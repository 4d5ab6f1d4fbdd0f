import { createHash } from 'node:crypto';
import { asJson } from './documents.ts';
import { REPOSITORY } from './placing.ts';
import type { Work } from './run.ts';

/** A build of what generators made, with the patch that Flux v1 kept beside them. `file` is that of the patch, for messages. */
export function patchWork(generated: string, patch: string, file: string): Work {
  const kustomization = { resources: ['./generated.yaml'], patches: [{ path: './patch.yaml' }] };
  const written = new Map([
    [`${REPOSITORY}/kustomization.yaml`, asJson(kustomization)],
    [`${REPOSITORY}/generated.yaml`, generated],
    [`${REPOSITORY}/patch.yaml`, patch],
  ]);
  return {
    ...{ folder: '', files: [], written, meaning: new Map([['patch.yaml', file]]) },
    digest: createHash('sha256')
      .update(`patch ${String(patch.length)} `)
      .update(patch)
      .update(generated)
      .digest('hex'),
  };
}
