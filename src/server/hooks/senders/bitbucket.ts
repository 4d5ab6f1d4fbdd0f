import { z } from 'zod';
import { signsBody } from '../authenticate.ts';
import { numbered } from '../delivery-id.ts';
import { address, take } from '../parse-body.ts';
import { headerOf, IGNORED, type Sender } from '../sender.ts';

/** The body has no address to clone from; that of the page is the same without `.git`. */
const changed = z.object({
  repository: z.object({ links: z.object({ html: z.object({ href: address }) }) }),
});

/** Bitbucket Cloud. */
export const bitbucket: Sender = {
  authenticate: (request, key) => signsBody(request, 'x-hub-signature', 'sha256=', key),
  deliveryId: (request) => numbered(request, { id: 'x-request-uuid', event: 'x-event-key' }),
  parse: (body, request) => {
    if (headerOf(request, 'x-event-key') !== 'repo:push') return IGNORED;
    return { push: { kind: 'repository', urls: [take(changed, body).repository.links.html.href] } };
  },
};
