import { z } from 'zod';
import { showsKey } from '../authenticate.ts';
import { address, take } from '../parse-body.ts';
import { IGNORED, type Sender } from '../sender.ts';

/** Builds and scans are told in the same form, without tags. */
const event = z.object({ updated_tags: z.unknown().optional() });
const pushed = z.object({ docker_url: address });

/** Signs nothing: the token is in the path. */
export const quay: Sender = {
  authenticate: (request, key) => showsKey(request.pathToken, key, request),
  // Two pushes of one tag have the same body, and nothing else tells them apart.
  deliveryId: () => undefined,
  parse: (body) => {
    if (take(event, body).updated_tags === undefined) return IGNORED;
    return { push: { kind: 'registry', references: [take(pushed, body).docker_url] } };
  },
};
