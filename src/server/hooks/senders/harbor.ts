import { z } from 'zod';
import { showsKey } from '../authenticate.ts';
import { bodyDigest } from '../delivery-id.ts';
import { address, addressesOf, take } from '../parse-body.ts';
import { headerOf, IGNORED, type Said, type Sender } from '../sender.ts';

const resources = z.array(z.object({ resource_url: address }));

const event = z.object({ type: z.string() });
const changed = z.object({ occur_at: z.number(), event_data: z.object({ resources }) });
/** The same as a CloudEvent, which an installation may be told to send. */
const cloudEvent = z.object({ time: z.string().max(64), data: z.object({ resources }) });

const NEWS = ['PUSH_ARTIFACT', 'DELETE_ARTIFACT'];
const CLOUD_NEWS = ['harbor.artifact.pushed', 'harbor.artifact.deleted'];

export const harbor: Sender = {
  // It sends the text of its field "Auth Header" as it is.
  authenticate: (request, key) => showsKey(headerOf(request, 'authorization'), key, request),
  // The body holds the time of the event.
  deliveryId: bodyDigest,
  parse: (body) => {
    const { type } = take(event, body);
    if (NEWS.includes(type)) {
      const { occur_at, event_data } = take(changed, body);
      return said(event_data.resources, occur_at * 1_000);
    }
    if (!CLOUD_NEWS.includes(type)) return IGNORED;
    const { time, data } = take(cloudEvent, body);
    return said(data.resources, Date.parse(time));
  },
};

function said(found: z.infer<typeof resources>, happenedAt: number): Said {
  const references = addressesOf(
    'artifact',
    found.map(({ resource_url }) => repositoryOf(resource_url)),
  );
  return { push: { kind: 'registry', references }, ...(Number.isFinite(happenedAt) ? { happenedAt } : {}) };
}

/** Without tag and digest; a colon before the last slash is that of a port. */
function repositoryOf(resource: string): string {
  return resource.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}
