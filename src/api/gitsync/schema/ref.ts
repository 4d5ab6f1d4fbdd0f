import { z } from 'zod';
import { text } from '../../schema/fragments.ts';
import { COMMIT_RULES, nonEmptyRules, REF_RULES } from './rules.ts';

const MAX_REF = 255;

const refRules = (what: string) => nonEmptyRules(what, 'remove the field');

export const refSchema = z
  .object({
    branch: text({
      description: 'Branch whose newest commit is applied.',
      maxLength: MAX_REF,
      rules: refRules('branch'),
    }).optional(),
    tag: text({
      description: 'Tag whose commit is applied. If the tag is moved, that is followed.',
      maxLength: MAX_REF,
      rules: refRules('tag'),
    }).optional(),
    semver: text({
      description:
        'Range of versions, such as ^1.2.0 or ">=1.0 <2.0": the commit of the tag with the highest version in it is applied.',
      maxLength: MAX_REF,
      rules: refRules('range of versions'),
    }).optional(),
    commit: text({
      description: 'Full id of the commit that is applied.',
      maxLength: 64,
      rules: COMMIT_RULES,
    }).optional(),
  })
  .meta({
    description: 'Which commit of the repository is applied: give one of the four.',
    unsetMeans: 'the default branch of the repository',
    rules: REF_RULES,
  });
