import { bodyDigest, signsBody } from '../authenticate.ts';
import type { Sender } from '../sender.ts';
import { saidLikeGithub } from './like-github.ts';

export const github: Sender = {
  authenticate: (request, key) => signsBody(request, 'x-hub-signature-256', 'sha256=', key),
  // The number of the delivery is not signed, and the body holds the time of the push.
  deliveryId: bodyDigest,
  parse: (body, request) => saidLikeGithub(body, request, 'x-github-event'),
};
