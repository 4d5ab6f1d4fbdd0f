import { z } from 'zod';
import { isRecent, isSigned, showsKey } from '../authenticate.ts';
import { bodyDigest } from '../delivery-id.ts';
import { address, addressesOf, take } from '../parse-body.ts';
import { type Authenticity, headerOf, IGNORED, type RawRequest, type Sender } from '../sender.ts';

const changed = z.object({
  project: z.object({
    git_http_url: address.nullish(),
    git_ssh_url: address.nullish(),
    web_url: address.nullish(),
  }),
});

const named = z.object({ event_name: z.string().optional() });

const NEWS = ['Push Hook', 'Tag Push Hook'];
/** A hook of the whole installation has one header for all events. */
const SYSTEM = 'System Hook';
const SYSTEM_NEWS = ['push', 'tag_push', 'repository_update'];

/** What GitLab puts before a token that signs; one that is only shown has any form. */
const SIGNING_KEY = 'whsec_';
const SIGNATURE_VERSION = 'v1,';

export const gitlab: Sender = {
  // The key says which proof it is for: one that signs is never accepted when it is shown.
  authenticate: (request, key, nowMs) => {
    const signing = signingKeyOf(key);
    return signing === undefined
      ? showsKey(headerOf(request, 'x-gitlab-token'), key, request)
      : signed(request, signing, nowMs);
  },
  deliveryId: (request) => {
    const id = headerOf(request, 'webhook-id') ?? headerOf(request, 'idempotency-key');
    // A branch that goes back and forth has the same bodies, without a time: only the id tells them apart.
    return id === undefined ? undefined : `${id} ${bodyDigest(request)}`;
  },
  parse: (body, request) => {
    const event = headerOf(request, 'x-gitlab-event') ?? '';
    const isNews =
      NEWS.includes(event) || (event === SYSTEM && SYSTEM_NEWS.includes(take(named, body).event_name ?? ''));
    if (!isNews) return IGNORED;
    const { git_http_url, git_ssh_url, web_url } = take(changed, body).project;
    const urls = addressesOf('project', [git_http_url, git_ssh_url, web_url]);
    return { push: { kind: 'repository', urls } };
  },
};

/** The bytes of a token that signs; undefined for one that is shown. */
export function signingKeyOf(token: Buffer): Buffer | undefined {
  const text = token.toString();
  return text.startsWith(SIGNING_KEY) ? Buffer.from(text.slice(SIGNING_KEY.length), 'base64') : undefined;
}

/** As Standard Webhooks has it: several signatures may stand there while a key is changed. */
function signed(request: RawRequest, key: Buffer, nowMs: number): Authenticity {
  const id = headerOf(request, 'webhook-id') ?? '';
  const timestamp = headerOf(request, 'webhook-timestamp') ?? '';
  const signatures = (headerOf(request, 'webhook-signature') ?? '')
    .split(' ', MAX_SIGNATURES)
    .filter((text) => text.startsWith(SIGNATURE_VERSION))
    .map((text) => Buffer.from(text.slice(SIGNATURE_VERSION.length), 'base64'));
  if (!isSigned(signatures, key, [`${id}.${timestamp}.`, request.body])) return 'refused';
  return isRecent(timestamp, nowMs) ? 'authentic' : 'stale';
}

const MAX_SIGNATURES = 8;
