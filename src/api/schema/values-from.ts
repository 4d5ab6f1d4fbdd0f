import { z } from 'zod';
import { DEFAULTS } from './defaults.ts';
import { flag, text } from './fragments.ts';
import { VALUES_FROM_RULES } from './rules.ts';

const keySelector = (kind: 'ConfigMap' | 'Secret') =>
  z
    .object({
      name: text({ description: `Name of the ${kind}.` }),
      namespace: text({
        description: `Namespace of the ${kind}.`,
        unsetMeans: 'the namespace of the HelmRelease',
      }).optional(),
      key: text({
        description: 'Key whose content is a YAML document with values.',
        unsetMeans: DEFAULTS.valuesKey,
      }).optional(),
      optional: flag({
        description: `Go on without it if the ${kind} or the key is missing, or if its content is not a YAML map.`,
        unsetMeans: 'false',
      }).optional(),
    })
    .meta({ description: `Values from a key of a ${kind}.` });

export const valuesFromEntrySchema = z
  .object({
    configMapKeyRef: keySelector('ConfigMap').optional(),
    secretKeyRef: keySelector('Secret').optional(),
    externalSourceRef: z
      .object({
        url: text({ description: 'URL of a YAML document with values: http:// or https://.' }),
        optional: flag({
          description: 'Go on without it if it cannot be read.',
          unsetMeans: 'false',
        }).optional(),
      })
      .meta({ description: 'Values from a URL, read without credentials.' })
      .optional(),
    chartFileRef: z
      .object({
        path: text({
          description: 'Path of a YAML file with values, relative to the root of the chart.',
        }),
        optional: flag({
          description: 'Go on without it if it cannot be read.',
          unsetMeans: 'false',
        }).optional(),
      })
      .meta({ description: 'Values from a file of the chart itself. Only for charts from Git.' })
      .optional(),
  })
  .meta({
    rules: VALUES_FROM_RULES,
    description:
      'One source of values. Give exactly one of the four; of several the first in the order configMapKeyRef, secretKeyRef, externalSourceRef, chartFileRef counts.',
  });
