import { z } from 'zod';
import { SYNC_DEFAULTS } from './defaults.ts';
import { secretRefSchema } from './secret-ref.ts';

const VERIFY_MODES = ['Commit', 'Tag', 'TagAndCommit'] as const;

export const verifySchema = z
  .object({
    mode: z
      .enum(VERIFY_MODES)
      .meta({
        description:
          'What has to be signed: the commit that is applied, the annotated tag that ref means, or both. Only that commit is looked at, which vouches for all before it.',
        unsetMeans: SYNC_DEFAULTS.verifyMode,
      })
      .optional(),
    secretRef: secretRefSchema({
      description:
        'Secret with the public keys of those who may sign: *.asc (OpenPGP, as gpg --armor --export prints them), *.pub (SSH, as ssh-keygen writes them), allowed_signers (SSH, as ssh-keygen reads it).',
    }),
  })
  .meta({
    description: 'Apply nothing that is not signed with one of these keys.',
    unsetMeans: 'signatures are not looked at',
  });
