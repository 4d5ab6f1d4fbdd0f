import { createHash } from 'node:crypto';
import type { SyncSettings, VerifySettings } from '../../api/gitsync/settings.ts';
import type { Git } from '../../git/git.ts';
import { createMemo } from '../../git/memo.ts';
import type { GitRemote } from '../../git/remote.ts';
import type { Signature } from '../../git/signature.ts';
import type { ReadDocument } from '../../kube/documents.ts';
import { harmless } from './commit-facts.ts';
import type { Revision } from './find-revision.ts';
import { refused, type Verdict, type VerifySignature } from './signed-object.ts';
import { KeysError, type TrustedKeys, trustedKeysIn, WANTED_KEYS } from './trusted-keys.ts';

export interface VerifyPorts {
  readonly git: Pick<Git, 'commit' | 'tag'>;
  readonly readSecret: ReadDocument;
  readonly openpgp: VerifySignature;
  readonly ssh: VerifySignature;
}

/**
 * Whether what a GitSync means is signed as it wants it; `why` is a whole sentence here. Found out once for a commit and the keys
 * of a Secret. Throws an OperatorError if the repository or the cluster does not answer.
 */
export type Verify = (
  settings: Pick<SyncSettings, 'verify'>,
  source: { readonly remote: GitRemote; readonly revision: Revision },
  options: {
    /** It was found good before: a key may have expired since. */
    readonly isApplied: boolean;
    readonly signal: AbortSignal;
  },
) => Promise<Verdict | { readonly kind: 'not-asked' }>;

interface Question {
  readonly mode: VerifySettings['mode'];
  readonly keys: TrustedKeys;
  readonly remote: GitRemote;
  readonly revision: Revision;
  readonly isApplied: boolean;
}

const MAX_VERDICTS = 2_000;
/** The largest keys make signatures of some kilobytes. */
const MAX_SIGNATURE = 20_000;
const MAX_TAG = 100;

export function createVerify({ git, readSecret, ...kinds }: VerifyPorts): Verify {
  const verdicts = createMemo<Verdict>(MAX_VERDICTS);

  async function answer(question: Question, signal: AbortSignal): Promise<Verdict> {
    const tag = question.mode === 'Commit' ? undefined : await verifyTag(question, signal);
    if (tag?.kind === 'refused' || question.mode === 'Tag') return tag ?? refused('');
    const commit = await verifyCommit(question, signal);
    if (tag === undefined || commit.kind === 'refused' || commit.by === tag.by) return commit;
    return { kind: 'good', by: `${tag.by}; the commit ${commit.by}` };
  }

  async function verifyCommit(question: Question, signal: AbortSignal): Promise<Verdict> {
    const { remote, revision } = question;
    const { signature, signed, committer } = await git.commit(remote, revision.commit, signal);
    const what = `commit ${revision.commit.slice(0, 12)}`;
    return await check(
      what,
      'push a new commit that is, made by `git commit -S`',
      { signature, signed, time: committer.time },
      question,
      signal,
    );
  }

  async function verifyTag(question: Question, signal: AbortSignal): Promise<Verdict> {
    const { remote, revision } = question;
    const { name = '', object } = revision.tag ?? {};
    const what = `tag ${harmless(name, MAX_TAG)}`;
    if (object === undefined) {
      return refused(
        `${what} is a name for a commit and no more, which cannot be signed: create it by \`git tag -s\``,
      );
    }
    const tag = await git.tag(remote, object, signal);
    if (tag.type !== 'commit' || tag.object !== revision.commit) {
      return refused(
        `${what} is not of commit ${revision.commit.slice(0, 12)} itself: tag that by \`git tag -s\``,
      );
    }
    if (tag.name !== name) {
      return refused(
        `${what} was made with the name ${JSON.stringify(harmless(tag.name, MAX_TAG))}, for which alone its signature counts: create it by \`git tag -s\` with its own`,
      );
    }
    const { signature, signed, tagger } = tag;
    return await check(
      what,
      'make it anew by `git tag -s`',
      { signature, signed, time: tagger.time },
      question,
      signal,
    );
  }

  async function check(
    what: string,
    wayOut: string,
    { signature, signed, time }: { signature: Signature | undefined; signed: Buffer; time: string },
    { keys, isApplied }: Question,
    signal: AbortSignal,
  ): Promise<Verdict> {
    const why = whyUnsuitable(signature, wayOut);
    if (why !== undefined || signature === undefined || !('text' in signature))
      return refused(`${what} ${why ?? ''}`);
    const verify = signature.kind === 'ssh' ? kinds.ssh : kinds.openpgp;
    const object = { signature: signature.text, signed, time: new Date(time) };
    const verdict = await verify(object, keys, { good: isApplied ? 'then' : 'now', signal });
    return verdict.kind === 'good' ? verdict : refused(`${what} ${verdict.why}`);
  }

  return async ({ verify }, { remote, revision }, { isApplied, signal }) => {
    if (verify === undefined) return { kind: 'not-asked' };
    const { mode, secretRef } = verify;
    const shown = `${secretRef.namespace}/${secretRef.name}`;
    const secret = await readSecret(secretRef, signal);
    if (secret === undefined) {
      return refused(
        `Secret ${shown} of spec.verify.secretRef does not exist: create it, and put ${WANTED_KEYS}`,
      );
    }
    try {
      const keys = trustedKeysIn(shown, secret.data);
      const { commit, tag } = revision;
      const parts = [shown, keys.digest, mode, commit, tag?.name, tag?.object, isApplied];
      const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
      const question = { mode, keys, remote, revision, isApplied };
      return await verdicts.get(key, signal, (shared) => answer(question, shared));
    } catch (caught) {
      if (caught instanceof KeysError) return refused(caught.message);
      throw caught;
    }
  };
}

/** Goes on after the name of what should be signed; undefined if there is one signature, of a kind that can be checked. */
function whyUnsuitable(signature: Signature | undefined, wayOut: string): string | undefined {
  if (signature === undefined) return `is not signed: ${wayOut}`;
  switch (signature.kind) {
    case 'several':
      return 'has more than one signature: sign it once';
    case 'unknown':
      return 'has a signature of a kind that nobody knows: sign it with an OpenPGP or SSH key';
    case 'x509':
      return 'is signed with an X.509 certificate, which is not supported: sign it with an OpenPGP or SSH key';
    default:
      return signature.text.length > MAX_SIGNATURE
        ? 'has a signature that is larger than any key makes it: sign it anew'
        : undefined;
  }
}
