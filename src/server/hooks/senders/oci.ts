import { z } from 'zod';
import { showsKey } from '../authenticate.ts';
import { toldByBody } from '../delivery-id.ts';
import { address, take } from '../parse-body.ts';
import { headerOf, IGNORED, type RawRequest, type Sender } from '../sender.ts';

const event = z.object({
  action: z.string(),
  target: z.object({
    mediaType: z.string().optional(),
    repository: address.optional(),
    url: address.optional(),
  }),
  request: z.object({ host: address.optional() }).optional(),
});

const told = z.object({ events: z.array(z.object({ id: z.string().min(1) })) });

/** Events of a form that a later registry may bring are left out: it sends nothing else until it got an answer it likes. */
const envelope = z.object({ events: z.array(z.unknown()) });

/** Notifications of the CNCF Distribution registry, and of those that are built of it. */
export const oci: Sender = {
  authenticate: (request, key) => showsKey(bearerOf(request), key, request),
  deliveryId: (request) => toldByBody(request, told),
  parse: (body) => {
    const references = take(envelope, body).events.flatMap(referencesOf);
    return references.length === 0
      ? IGNORED
      : { push: { kind: 'registry', references: [...new Set(references)] } };
  },
};

/** The registry may know itself by another name than the one it was asked by: both may be the one of a chart source. */
function referencesOf(found: unknown): readonly string[] {
  const { success, data } = event.safeParse(found);
  if (!success || data.target.repository === undefined || !isNews(data)) return [];
  const { repository, url } = data.target;
  const hosts = [data.request?.host, URL.parse(url ?? '')?.host];
  return hosts.flatMap((host) => (host === undefined || host === '' ? [] : [`${host}/${repository}`]));
}

/** Each layer has an event of its own; a chart is there when its manifest is. */
function isNews({ action, target: { mediaType } }: z.infer<typeof event>): boolean {
  if (action === 'delete') return true;
  return action === 'push' && (mediaType === undefined || /manifest|index/.test(mediaType));
}

function bearerOf(request: RawRequest): string | undefined {
  return /^bearer +(\S+)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
}
