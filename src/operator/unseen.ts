import { ApiError } from '../kube/errors.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import type { Resource } from '../kube/resource.ts';

/** What the operator has no right to look at, and does not ask for: the answer is the one that it would get. */
const unseen: Pick<Resource<KubeObject>, 'get'> = {
  get: () =>
    Promise.reject(
      new ApiError('the operator does not look at this with --tenant-mode', {
        status: 403,
        statusReason: 'Forbidden',
      }),
    ),
};

/** Of the cluster as a whole, with `--tenant-mode`. */
export const UNSEEN = { definitions: unseen, namespaces: unseen };
