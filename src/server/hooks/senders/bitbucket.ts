import { z } from 'zod';
import { bodyDigest, signsBody } from '../authenticate.ts';
import { address, take } from '../parse-body.ts';
import { headerOf, IGNORED, type Sender } from '../sender.ts';

/** The body has no address to clone from; that of the page is the same without `.git`. */
const changed = z.object({
  repository: z.object({ links: z.object({ html: z.object({ href: address }) }) }),
});

/** Bitbucket Cloud. */
export const bitbucket: Sender = {
  authenticate: (request, key) => signsBody(request, 'x-hub-signature', 'sha256=', key),
  deliveryId: (request) => {
    // A branch that goes back and forth has the same bodies, without a time: only the id tells them apart.
    const id = headerOf(request, 'x-request-uuid');
    return id === undefined ? undefined : `${id} ${bodyDigest(request)}`;
  },
  parse: (body, request) => {
    if (headerOf(request, 'x-event-key') !== 'repo:push') return IGNORED;
    return { push: { kind: 'repository', urls: [take(changed, body).repository.links.html.href] } };
  },
};
