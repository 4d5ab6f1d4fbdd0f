import { z } from 'zod';
import { flag, text } from '../../schema/fragments.ts';
import { MAX_INTERVAL, MAX_PATHS, MIN_INTERVAL, SYNC_DEFAULTS } from './defaults.ts';
import { ignoreSchema } from './ignore.ts';
import { refSchema } from './ref.ts';
import { INTERVAL_RULES, MAX_OBJECT_NAME, nameRules, URL_RULES, VERIFY_RULES } from './rules.ts';
import { secretRefSchema } from './secret-ref.ts';
import { verifySchema } from './verify.ts';

export const syncSpecSchema = z
  .object({
    url: text({
      description:
        'URL of the Git repository: https://host/org/repo, http://host/org/repo, ssh://git@host:2222/org/repo or git@host:org/repo. Without a password: that belongs into secretRef.',
      maxLength: 2_048,
      rules: URL_RULES,
    }),
    ref: refSchema.optional(),
    // Kubernetes knows no type for "a text or a list of texts", so `syncSettingsOf` looks what it is.
    path: z
      .unknown()
      .meta({
        description: `Folder of the repository that is applied with all folders below it, or a list of at most ${MAX_PATHS.toString()}; relative to the root, which is a point. Files named *.yaml, *.yml and *.json are read.`,
        unsetMeans: '. (the root of the repository)',
        preserveUnknownFields: true,
      })
      .optional(),
    interval: text({
      description: `How often the repository is asked for a new commit: a duration such as 30s, 1m or 1h30m, from ${MIN_INTERVAL} to ${MAX_INTERVAL}.`,
      unsetMeans: SYNC_DEFAULTS.interval,
      maxLength: 32,
      rules: INTERVAL_RULES,
    }).optional(),
    secretRef: secretRefSchema({
      description:
        'Secret for the repository. For https: username and password, or token, or bearerToken; with them or alone ca.crt (a CA to trust). For ssh: identity (a private key) and known_hosts.',
      unsetMeans: 'what the installation of the operator has for the host, or nothing',
    }).optional(),
    serviceAccountName: text({
      description:
        'ServiceAccount in the namespace of the GitSync as which everything is read and written: what it may not do, this GitSync may not.',
      unsetMeans: SYNC_DEFAULTS.serviceAccountName,
      maxLength: MAX_OBJECT_NAME,
      rules: nameRules('ServiceAccount'),
    }).optional(),
    prune: flag({
      description:
        'Delete objects that this GitSync made and that are no longer in Git. Namespaces, CustomResourceDefinitions, PersistentVolumes and PersistentVolumeClaims only with an annotation that allows it.',
      unsetMeans: String(SYNC_DEFAULTS.prune),
    }).optional(),
    suspend: flag({
      description: 'Do nothing at all: neither apply new commits, nor put back what was changed by hand.',
      unsetMeans: 'false',
    }).optional(),
    ignore: ignoreSchema.optional(),
    forceConflicts: flag({
      description:
        'Take over fields that another manager set; an Event tells which. false makes such an object fail and name the fields. Objects of a Helm release or of another GitSync are never taken over.',
      unsetMeans: String(SYNC_DEFAULTS.forceConflicts),
    }).optional(),
    verify: verifySchema.optional(),
    deletionPolicy: z
      .enum(['orphan', 'delete'])
      .meta({
        description:
          'What becomes of the objects when the GitSync is deleted: orphan leaves them as they are, delete deletes those that it may prune.',
        unsetMeans: SYNC_DEFAULTS.deletionPolicy,
      })
      .optional(),
  })
  .meta({ description: 'What is to be applied, from where, and how.', rules: VERIFY_RULES });
