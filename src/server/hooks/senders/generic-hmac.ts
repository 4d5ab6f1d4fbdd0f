import { z } from 'zod';
import { hexSignature, isRecent, isSigned } from '../authenticate.ts';
import { bodyDigest } from '../delivery-id.ts';
import { address, take } from '../parse-body.ts';
import { headerOf, type Sender } from '../sender.ts';

const changed = z.object({ urls: z.array(address).min(1).max(100) });

/** Our own form, for whatever else can run a line of shell: `X-Signature: sha256=` over `<X-Timestamp>.<body>`. */
export const genericHmac: Sender = {
  authenticate: (request, key, nowMs) => {
    const timestamp = headerOf(request, 'x-timestamp') ?? '';
    const signature = hexSignature(headerOf(request, 'x-signature'), 'sha256=');
    if (!isSigned([signature], key, [`${timestamp}.`, request.body])) return 'refused';
    return isRecent(timestamp, nowMs) ? 'authentic' : 'stale';
  },
  deliveryId: (request) => `${headerOf(request, 'x-timestamp') ?? ''} ${bodyDigest(request)}`,
  parse: (body) => ({ push: { kind: 'repository', urls: take(changed, body).urls } }),
};
