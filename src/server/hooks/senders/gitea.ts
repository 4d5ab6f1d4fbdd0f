import { z } from 'zod';
import { bodyDigest, signsBody } from '../authenticate.ts';
import { address, addressesOf, take } from '../parse-body.ts';
import { headerOf, IGNORED, type RawRequest, type Sender } from '../sender.ts';

const changed = z.object({
  repository: z.object({
    clone_url: address.nullish(),
    ssh_url: address.nullish(),
    html_url: address.nullish(),
  }),
});

const NEWS = ['push', 'create', 'delete'];

/** Gitea and Forgejo, which sends each header under both names. */
export const gitea: Sender = {
  authenticate: (request, key) => signsBody(request, ownOf(request, 'signature'), '', key),
  deliveryId: bodyDigest,
  parse: (body, request) => {
    if (!NEWS.includes(headerOf(request, ownOf(request, 'event')) ?? '')) return IGNORED;
    const { clone_url, ssh_url, html_url } = take(changed, body).repository;
    return { push: { kind: 'repository', urls: addressesOf('repository', [clone_url, ssh_url, html_url]) } };
  },
};

/** The first that is there counts alone: a second one is no second chance. */
function ownOf(request: RawRequest, name: 'signature' | 'event'): string {
  return headerOf(request, `x-forgejo-${name}`) === undefined ? `x-gitea-${name}` : `x-forgejo-${name}`;
}
