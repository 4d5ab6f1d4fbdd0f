import { signsBody } from '../authenticate.ts';
import { numbered } from '../delivery-id.ts';
import { headerOf, type RawRequest, type Sender } from '../sender.ts';
import { saidLikeGithub } from './like-github.ts';

/** Gitea and Forgejo, which sends each header under both names. */
export const gitea: Sender = {
  authenticate: (request, key) => signsBody(request, ownOf(request, 'signature'), '', key),
  deliveryId: (request) =>
    numbered(request, { id: ownOf(request, 'delivery'), event: ownOf(request, 'event') }),
  parse: (body, request) => saidLikeGithub(body, request, ownOf(request, 'event')),
};

/** The first that is there counts alone: a second one is no second chance. */
function ownOf(request: RawRequest, name: 'signature' | 'event' | 'delivery'): string {
  return headerOf(request, `x-forgejo-${name}`) === undefined ? `x-gitea-${name}` : `x-forgejo-${name}`;
}
