import { z } from 'zod';
import { conditionSchema, PHASES } from './condition.ts';
import { integer, text } from './fragments.ts';
import {
  contestSchema,
  deployedSchema,
  failedInputSchema,
  failedRollbackSchema,
  failureSchema,
  historyEntrySchema,
  leftBehindSchema,
  operationSchema,
} from './progress.ts';

/** How many entries `status.history` keeps. */
export const HISTORY_LIMIT = 10;

export const statusSchema = z
  .object({
    observedGeneration: integer({
      description: 'Newest generation of the HelmRelease that the operator has dealt with.',
    }).optional(),
    phase: z.enum(PHASES).meta({ description: 'Latest phase of the release.' }).optional(),
    releaseName: text({ description: 'Name of the Helm release.' }).optional(),
    targetNamespace: text({ description: 'Namespace of the Helm release.' }).optional(),
    releaseStatus: text({
      description: 'Status of the newest revision as Helm records it: deployed, failed, pending-upgrade, ...',
    }).optional(),
    revision: text({
      description: 'Commit or chart version that was last released successfully.',
    }).optional(),
    lastAttemptedRevision: text({
      description: 'Commit or chart version that was last tried.',
    }).optional(),
    rollbackCount: integer({
      description: 'How many rollbacks there were since the last successful release.',
    }).optional(),
    lastHandledReconcileAt: text({
      description: 'Value of the annotation helm.fluxcd.io/reconcileAt that was last acted upon.',
    }).optional(),
    insecureSources: z
      .array(text({ description: 'What comes from where.' }))
      .meta({
        description:
          'Sources of chart and values that anybody on the way could change: read over plain http, or from a server whose certificate is not checked. Absent if there are none.',
      })
      .optional(),
    account: text({
      description:
        "User as whom everything is done for the release, system:serviceaccount:NAMESPACE:NAME: of spec.serviceAccountName, or of the GitSync if the chart comes with its commit. Absent if it is done with the operator's own rights.",
    }).optional(),
    deployed: deployedSchema.optional(),
    history: z
      .array(historyEntrySchema)
      .meta({
        description: `The last revisions, newest first, at most ${HISTORY_LIMIT.toString()}.`,
      })
      .optional(),
    leftBehind: z
      .array(leftBehindSchema)
      .meta({
        description:
          'Releases that this HelmRelease stood for under another name or in another namespace, and that are still there. Nothing uninstalls them but the annotation helm.fluxcd.io/uninstallLeftBehind.',
      })
      .optional(),
    uninstalledLeftBehind: z
      .array(text({ description: 'Namespace and name of the release, with a slash between.' }))
      .meta({
        description:
          'Releases that were uninstalled because the annotation helm.fluxcd.io/uninstallLeftBehind names them, for as long as it does. A later release of the same name is not meant until the name is taken out and put in again.',
      })
      .optional(),
    failure: failureSchema.optional(),
    failedInput: failedInputSchema.optional(),
    failedRollback: failedRollbackSchema.optional(),
    contest: contestSchema.optional(),
    operation: operationSchema.optional(),
    conditions: z
      .array(conditionSchema)
      .meta({ description: 'What is known about the release, one entry a type.', listMapKeys: ['type'] })
      .optional(),
  })
  .meta({ description: 'What the operator found and did. Written by the operator only.' });
