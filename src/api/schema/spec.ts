import { z } from 'zod';
import { MAX_OBJECT_NAME, nameRules } from '../gitsync/schema/rules.ts';
import { chartSchema } from './chart.ts';
import { DEFAULTS, MAX_RELEASE_NAME } from './defaults.ts';
import { flag, integer, text } from './fragments.ts';
import { rollbackSchema, testSchema } from './remediation.ts';
import { MAX_VALUES_FROM, RELEASE_NAME_RULES, SPEC_RULES, TARGET_NAMESPACE_RULES } from './rules.ts';
import { valuesFromEntrySchema } from './values-from.ts';

export const specSchema = z
  .object({
    chart: chartSchema,
    helmVersion: z
      .enum(['v2', 'v3'])
      .meta({
        description:
          'Kept for old manifests. Releases are made by Helm 4 or Helm 3, in the same format; v2 (Tiller) is answered in status and nothing is done.',
        unsetMeans: 'v3',
      })
      .optional(),
    releaseName: text({
      rules: RELEASE_NAME_RULES,
      description: `Name of the Helm release, at most ${MAX_RELEASE_NAME.toString()} characters. Changing it makes another release beside the old one.`,
      unsetMeans:
        '<namespace>-<name> of the HelmRelease, or <namespace>-<targetNamespace>-<name> if the target is another namespace',
    }).optional(),
    targetNamespace: text({
      rules: TARGET_NAMESPACE_RULES,
      description:
        "Namespace of the Helm release: of its objects and of Helm's own record of it. It has to exist.",
      unsetMeans: 'the namespace of the HelmRelease',
    }).optional(),
    serviceAccountName: text({
      description:
        'ServiceAccount in the namespace of the HelmRelease as which everything is done for the release: what it may not do, this HelmRelease may not. For a chart in the commit of a GitSync it is the account of that GitSync, and no other may be named.',
      unsetMeans: 'the rights of the operator itself; with --tenant-mode the account default',
      maxLength: MAX_OBJECT_NAME,
      rules: nameRules('ServiceAccount'),
    }).optional(),
    suspend: flag({
      description:
        'Do nothing at all for this release. If the HelmRelease is deleted while suspended, the release stays in place.',
      unsetMeans: 'false',
    }).optional(),
    maxHistory: integer({
      description: 'How many revisions of the release Helm keeps. 0 means all.',
      unsetMeans: String(DEFAULTS.maxHistory),
    }).optional(),
    timeout: integer({
      description:
        'How long one installation, upgrade or uninstallation may take, in seconds, waiting for readiness included.',
      unsetMeans: String(DEFAULTS.timeoutSeconds),
    }).optional(),
    wait: flag({
      description:
        'Count an installation or upgrade as successful only when its Pods, PersistentVolumeClaims, Services and workloads are ready.',
      unsetMeans: 'true if rollback.enable or test.enable is true, else false',
    }).optional(),
    resetValues: flag({
      description:
        'Start an upgrade from the default values of the chart (true), or from the values of the previous revision (false).',
      unsetMeans: String(DEFAULTS.resetValues),
    }).optional(),
    skipCRDs: flag({
      description: 'Do not create the CustomResourceDefinitions in the crds/ folder of the chart.',
      unsetMeans: 'false',
    }).optional(),
    crds: z
      .enum(['Skip', 'Create', 'CreateReplace'])
      .meta({
        description:
          'What to do with the CustomResourceDefinitions in the crds/ folder of the chart: nothing, create those that are missing with the first installation, or create and update them with every installation and upgrade. None is ever deleted. Those of subcharts that the values switch off are left out. Whatever else lies there is created where it is missing, and never changed. A folder that cannot be read is refused, and nothing is installed.',
        unsetMeans: 'Create, or Skip if skipCRDs is true',
      })
      .optional(),
    forceUpgrade: flag({
      description: 'Replace objects that cannot be updated during an upgrade.',
      unsetMeans: 'false',
    }).optional(),
    forceConflicts: flag({
      description:
        'Take over fields that another manager changed since, when objects are applied on the server; an Event tells which. false makes such an upgrade fail and name the fields.',
      unsetMeans: String(DEFAULTS.forceConflicts),
    }).optional(),
    disableOpenAPIValidation: flag({
      description:
        'Accept objects with fields that the schema of the cluster does not know; the API server leaves those out. With Helm 4 such a release is applied on the client, because an API server that applies always checks.',
      unsetMeans: 'false',
    }).optional(),
    failureLogs: flag({
      description:
        'Show the last lines of what the pods of a failed hook or test wrote, in status and Events. They may hold secrets of the application.',
      unsetMeans: 'false',
    }).optional(),
    rollback: rollbackSchema.optional(),
    test: testSchema.optional(),
    valueFileSecrets: z
      .array(
        z
          .object({
            name: text({ description: 'Name of the Secret, in the namespace of the HelmRelease.' }),
          })
          .meta({ description: 'A Secret whose key values.yaml holds values.' }),
      )
      .meta({
        description:
          'Deprecated, use valuesFrom with secretKeyRef. Each entry counts as such an entry, before those of valuesFrom.',
      })
      .optional(),
    valuesFrom: z
      .array(valuesFromEntrySchema)
      .meta({
        maxItems: MAX_VALUES_FROM,
        description:
          'Sources of values, in rising priority: maps are merged, everything else is replaced. spec.values comes last and wins.',
      })
      .optional(),
    values: z
      .unknown()
      .meta({
        description:
          'Values for the chart, of the highest priority. Anything but a map is accepted and counts as empty. Of entries that are null, which take a default of the chart away, kubectl apply keeps none unless it is told --server-side.',
        preserveUnknownFields: true,
      })
      .optional(),
  })
  .meta({ description: 'What is to be released, and how.', rules: SPEC_RULES });
