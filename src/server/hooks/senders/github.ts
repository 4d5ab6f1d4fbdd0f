import { signsBody } from '../authenticate.ts';
import { numbered } from '../delivery-id.ts';
import type { Sender } from '../sender.ts';
import { saidLikeGithub } from './like-github.ts';

export const github: Sender = {
  authenticate: (request, key) => signsBody(request, 'x-hub-signature-256', 'sha256=', key),
  deliveryId: (request) => numbered(request, { id: 'x-github-delivery', event: 'x-github-event' }),
  parse: (body, request) => saidLikeGithub(body, request, 'x-github-event'),
};
