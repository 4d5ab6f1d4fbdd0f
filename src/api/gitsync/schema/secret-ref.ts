import { z } from 'zod';
import { text } from '../../schema/fragments.ts';
import { MAX_OBJECT_NAME, nameRules } from './rules.ts';

/** Names a Secret beside the GitSync, which holds what the description says. */
export function secretRefSchema(meta: { readonly description: string; readonly unsetMeans?: string }) {
  return z
    .object({
      name: text({
        description: 'Name of the Secret, in the namespace of the GitSync.',
        maxLength: MAX_OBJECT_NAME,
        rules: nameRules('Secret'),
      }),
    })
    .meta(meta);
}
