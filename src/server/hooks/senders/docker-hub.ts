import { z } from 'zod';
import { showsKey } from '../authenticate.ts';
import { toldByBody } from '../delivery-id.ts';
import { address, take } from '../parse-body.ts';
import type { Sender } from '../sender.ts';

/** The body also names an address to call back, which may be anybody's: it is not even read. */
const pushed = z.object({ repository: z.object({ repo_name: address }) });

const told = z.object({ push_data: z.object({ pushed_at: z.number() }) });

/** People write either; both are the same registry. */
const HOSTS = ['registry-1.docker.io', 'docker.io'];

/** Signs nothing: the token is in the path. */
export const dockerHub: Sender = {
  authenticate: (request, key) => showsKey(request.pathToken, key, request),
  deliveryId: (request) => toldByBody(request, told),
  parse: (body) => {
    const { repo_name } = take(pushed, body).repository;
    return { push: { kind: 'registry', references: HOSTS.map((host) => `${host}/${repo_name}`) } };
  },
};
