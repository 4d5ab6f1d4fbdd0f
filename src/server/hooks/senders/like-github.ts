import { z } from 'zod';
import { address, addressesOf, take } from '../parse-body.ts';
import { headerOf, IGNORED, type RawRequest, type Said } from '../sender.ts';

const changed = z.object({
  repository: z.object({
    clone_url: address.nullish(),
    ssh_url: address.nullish(),
    html_url: address.nullish(),
  }),
});

const NEWS = ['push', 'create', 'delete'];

/** What GitHub says, and those who took its form over: `header` names the event. */
export function saidLikeGithub(body: unknown, request: RawRequest, header: string): Said {
  if (!NEWS.includes(headerOf(request, header) ?? '')) return IGNORED;
  const { clone_url, ssh_url, html_url } = take(changed, body).repository;
  return { push: { kind: 'repository', urls: addressesOf('repository', [clone_url, ssh_url, html_url]) } };
}
