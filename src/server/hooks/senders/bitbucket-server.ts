import { z } from 'zod';
import { signsBody } from '../authenticate.ts';
import { numbered } from '../delivery-id.ts';
import { address, addressesOf, take } from '../parse-body.ts';
import { headerOf, IGNORED, type RawRequest, type Sender } from '../sender.ts';

const link = z.object({ href: address });

const changed = z.object({
  repository: z.object({
    // Every version in use sends them, and no page of its documentation names them.
    links: z.object({ clone: z.array(link).optional() }).optional(),
  }),
});

const NEWS = ['repo:refs_changed', 'mirror:repo_synchronized'];
const PING = 'diagnostics:ping';

/** Bitbucket Server and Data Center. */
export const bitbucketServer: Sender = {
  authenticate: (request, key) => signsBody(request, 'x-hub-signature', 'sha256=', key),
  deliveryId: (request) => numbered(request, { id: 'x-request-id', event: 'x-event-key' }),
  parse: (body, request) => {
    if (!NEWS.includes(headerOf(request, 'x-event-key') ?? '')) return IGNORED;
    const clone = take(changed, body).repository.links?.clone ?? [];
    const urls = addressesOf(
      'repository',
      clone.map(({ href }) => href),
    );
    return { push: { kind: 'repository', urls } };
  },
};

/** What its button to test a connection sends, in some versions without a signature though there is a secret. */
export function isUnsignedPing(request: Pick<RawRequest, 'headers'>): boolean {
  return headerOf(request, 'x-event-key') === PING && headerOf(request, 'x-hub-signature') === undefined;
}
