import { isSenderType, SENDERS, type SenderType } from './senders.ts';
import { signingKeyOf } from './senders/gitlab.ts';

/** Where deliveries of one sender are taken. The name of its Secret is the one in the path. */
export interface Receiver {
  readonly type: SenderType;
  /** What proves a delivery; `username:password` for Azure DevOps. */
  readonly key: Buffer;
}

export type ReadReceiver =
  | { readonly kind: 'receiver'; readonly receiver: Receiver }
  /** Why the Secret is no receiver and what to change, for an Event on it. */
  | { readonly kind: 'refused'; readonly why: string };

/** These sign nothing, and the token in the path is all that stands between them and anybody. */
const BY_PATH: readonly SenderType[] = ['quay', 'dockerhub'];
const PATH_TOKEN = /^[A-Za-z0-9._~-]{32,256}$/;

/** GitLab makes them of 32 bytes. */
const MIN_SIGNING_KEY_BYTES = 16;

/** Reads a Secret that is labelled as a receiver of a type. */
export function readReceiver(type: string, data: Readonly<Record<string, Buffer>>): ReadReceiver {
  if (!isSenderType(type)) {
    const types = Object.keys(SENDERS).join(', ');
    return refused(`the type of the receiver is '${type.slice(0, 63)}': it must be one of ${types}`);
  }
  if (type === 'azuredevops') {
    const [username, password] = [valueOf(data, 'username'), valueOf(data, 'password')];
    if (username.length === 0 || password.length === 0)
      return refused('a receiver of azuredevops needs the keys username and password');
    return { kind: 'receiver', receiver: { type, key: Buffer.from(`${username}:${password}`) } };
  }
  const token = valueOf(data, 'token');
  if (token === '') return refused(`a receiver of ${type} needs the key token`);
  if (BY_PATH.includes(type) && !PATH_TOKEN.test(token)) {
    return refused(
      `the token of a receiver of ${type} is part of an address and the only proof there is: ` +
        'use 32 to 256 random letters, digits, points, dashes, underscores or tildes',
    );
  }
  const key = Buffer.from(token);
  if (type === 'gitlab' && (signingKeyOf(key)?.length ?? MIN_SIGNING_KEY_BYTES) < MIN_SIGNING_KEY_BYTES)
    return refused('the signing token of GitLab is cut off: copy it again, with all that follows whsec_');
  return { kind: 'receiver', receiver: { type, key } };
}

/** Without the line feed that editors and echo leave at the end. */
function valueOf(data: Readonly<Record<string, Buffer>>, key: string): string {
  return (data[key] ?? Buffer.alloc(0)).toString().replace(/\r?\n$/, '');
}

function refused(why: string): ReadReceiver {
  return { kind: 'refused', why };
}
