import { z } from 'zod';
import { showsKey } from '../authenticate.ts';
import { toldByBody } from '../delivery-id.ts';
import { address, addressesOf, take } from '../parse-body.ts';
import { headerOf, IGNORED, type RawRequest, type Sender } from '../sender.ts';

const event = z.object({ eventType: z.string() });

/** Another one for each event. */
const told = z.object({ id: z.string().min(1) });

const changed = z.object({
  createdDate: z.string().max(64).optional(),
  // Without a repository where the subscription says "Minimal" or "None" for the details of the resource.
  resource: z.object({
    repository: z.object({ remoteUrl: address.nullish(), sshUrl: address.nullish() }),
  }),
});

/** The key is `username:password`. */
export const azureDevOps: Sender = {
  authenticate: (request, key) => showsKey(basicOf(request), key, request),
  deliveryId: (request) => toldByBody(request, told),
  parse: (body) => {
    if (take(event, body).eventType !== 'git.push') return IGNORED;
    const { createdDate, resource } = take(changed, body);
    const { remoteUrl, sshUrl } = resource.repository;
    const happenedAt = Date.parse(createdDate ?? '');
    return {
      push: { kind: 'repository', urls: addressesOf('repository', [remoteUrl, sshUrl]) },
      ...(Number.isNaN(happenedAt) ? {} : { happenedAt }),
    };
  },
};

function basicOf(request: RawRequest): Buffer | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/=]+)$/i.exec(headerOf(request, 'authorization') ?? '') ?? [];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
}
