import { z } from 'zod';
import { bodyDigest, signsBody } from '../authenticate.ts';
import { address, addressesOf, take } from '../parse-body.ts';
import { headerOf, IGNORED, type Sender } from '../sender.ts';

const changed = z.object({
  repository: z.object({
    clone_url: address.nullish(),
    ssh_url: address.nullish(),
    html_url: address.nullish(),
  }),
});

const NEWS = ['push', 'create', 'delete'];

export const github: Sender = {
  authenticate: (request, key) => signsBody(request, 'x-hub-signature-256', 'sha256=', key),
  // The number of the delivery is not signed, and the body holds the time of the push.
  deliveryId: bodyDigest,
  parse: (body, request) => {
    if (!NEWS.includes(headerOf(request, 'x-github-event') ?? '')) return IGNORED;
    const { clone_url, ssh_url, html_url } = take(changed, body).repository;
    return { push: { kind: 'repository', urls: addressesOf('repository', [clone_url, ssh_url, html_url]) } };
  },
};
