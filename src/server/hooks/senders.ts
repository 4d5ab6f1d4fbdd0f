import type { Sender } from './sender.ts';
import { azureDevOps } from './senders/azure-devops.ts';
import { bitbucketServer } from './senders/bitbucket-server.ts';
import { bitbucket } from './senders/bitbucket.ts';
import { dockerHub } from './senders/docker-hub.ts';
import { genericHmac } from './senders/generic-hmac.ts';
import { gitea } from './senders/gitea.ts';
import { github } from './senders/github.ts';
import { gitlab } from './senders/gitlab.ts';
import { harbor } from './senders/harbor.ts';
import { oci } from './senders/oci.ts';
import { quay } from './senders/quay.ts';

/** By the type that a receiver names. */
export const SENDERS = {
  github,
  gitlab,
  bitbucket,
  'bitbucket-server': bitbucketServer,
  gitea,
  forgejo: gitea,
  azuredevops: azureDevOps,
  'generic-hmac': genericHmac,
  quay,
  harbor,
  dockerhub: dockerHub,
  oci,
} as const satisfies Readonly<Record<string, Sender>>;

export type SenderType = keyof typeof SENDERS;

export function isSenderType(type: string): type is SenderType {
  return Object.hasOwn(SENDERS, type);
}
