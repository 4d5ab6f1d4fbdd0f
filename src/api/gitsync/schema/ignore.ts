import { z } from 'zod';
import { text } from '../../schema/fragments.ts';
import { IGNORED_PATH_RULES, IGNORED_PATHS_RULES, nonEmptyRules } from './rules.ts';

const MAX_RULES = 100;
const MAX_IGNORED_PATHS = 50;
/** The key of an annotation has at most 317 characters. */
const MAX_PATH = 500;
const MAX_NAME = 253;

const selecting = (what: string, unsetMeans: string) =>
  text({
    description: `${what} of the objects.`,
    unsetMeans,
    maxLength: MAX_NAME,
    rules: nonEmptyRules(what.toLowerCase(), 'remove the field'),
  }).optional();

const ignoreRuleSchema = z
  .object({
    group: text({
      description: 'Group of the kind, without a version; the empty string for the core kinds.',
      unsetMeans: 'any',
      maxLength: MAX_NAME,
    }).optional(),
    kind: selecting('Kind', 'any'),
    namespace: selecting('Namespace', 'any, and none'),
    name: selecting('Name', 'any'),
    paths: z
      .array(
        text({
          description: 'JSON pointer, such as /spec/replicas.',
          maxLength: MAX_PATH,
          rules: IGNORED_PATH_RULES,
        }),
      )
      .meta({
        description:
          "The fields, as JSON pointers with all that is below: /spec/replicas, /metadata/annotations/example.com~1checked. In a key '/' is written ~1 and '~' is written ~0. A number counts the items of a list as Git has them, from 0 on.",
        maxItems: MAX_IGNORED_PATHS,
        rules: IGNORED_PATHS_RULES,
      }),
  })
  .meta({ description: 'Fields that are left to others, and in which objects.' });

export const ignoreSchema = z.array(ignoreRuleSchema).meta({
  description:
    'Fields that Git sets when it creates an object, and never again: what a person or a controller sets there stays.',
  unsetMeans: 'none: what Git mentions is put back',
  maxItems: MAX_RULES,
});
