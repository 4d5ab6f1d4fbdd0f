import { z } from 'zod';
import { integer, text, time } from './fragments.ts';

const chartFields = {
  appVersion: text({ description: 'Version of the application, as the chart states it.' }).optional(),
  sourceRevision: text({
    description: 'Commit of the Git repository, or version in the chart repository.',
  }),
  digest: text({ description: 'Digest over chart, values and the options that change what is deployed.' }),
};

export const deployedSchema = z
  .object({
    revision: integer({ description: 'Revision of the Helm release, as in helm history.' }),
    chart: text({ description: 'Name and version of the chart: name-version.' }),
    ...chartFields,
    since: time({ description: 'Since when it is deployed.' }),
  })
  .meta({ description: 'What is deployed now.' });

const trailSchema = z
  .object({
    repository: text({ description: 'URL of the Git repository.' }),
    path: text({ description: 'File in it.' }),
    commit: text({ description: 'Commit that brought this content of the HelmRelease.' }),
    author: text({ description: 'Who wrote the commit.' }),
    subject: text({ description: 'First line of its message.' }),
  })
  .meta({ description: 'Where the HelmRelease is written, if a GitSync applied it.' });

export const historyEntrySchema = z
  .object({
    revision: integer({ description: 'Revision of the Helm release, as in helm history.' }),
    chart: text({ description: 'Name of the chart.' }),
    version: text({ description: 'Version of the chart.' }),
    ...chartFields,
    action: z
      .enum(['install', 'upgrade', 'rollback'])
      .meta({ description: 'What made it: install, upgrade or rollback.' }),
    cause: text({
      description:
        'Why it was made, in one word: FirstInstall, Changed, Retry, Interrupted, ForeignChange, Adopted, Requested, Rollback.',
    }),
    result: z
      .enum(['Pending', 'Released', 'Failed', 'TestFailed', 'RolledBack', 'Overtaken'])
      .meta({ description: 'What became of it. Overtaken: a newer one began before it was ready.' }),
    time: time({ description: 'When it was begun.' }),
    finished: time({ description: 'When its result was known.' }).optional(),
    message: text({ description: 'One sentence for people, if it did not go well.' }).optional(),
    trail: trailSchema.optional(),
  })
  .meta({ description: 'One revision that the operator made or adopted.' });

export const failureSchema = z
  .object({
    step: z
      .enum([
        'chart',
        'values',
        'install',
        'upgrade',
        'wait',
        'test',
        'rollback',
        'uninstall',
        'ownership',
        'spec',
      ])
      .meta({ description: 'The step that failed.' }),
    cause: text({ description: 'The cause, and the way out.' }),
    digest: text({
      description: 'Desired digest that failed: it is not tried again beyond the rules for retries.',
    }).optional(),
    options: text({
      description: 'Options that it was tried with: it is tried again as soon as one of them changes.',
    }).optional(),
    revision: integer({ description: 'Revision of the Helm release that failed.' }).optional(),
    attempts: integer({ description: 'How often it has failed in a row.' }),
    platformFailures: integer({
      description:
        'How often in a row it could not be tried to the end, for no fault of its own: the API server was away, or helm was killed. Not among the attempts.',
    }).optional(),
    time: time({ description: 'When it last failed.' }),
    nextTry: time({
      description:
        'When it is tried again. Absent if only a change of the input can help, and for a chart source, which is asked again by itself.',
    }).optional(),
  })
  .meta({ description: 'The failure that stands now. Absent if all is well.' });

/** A failure as it stands, and the same of the input that failed to be deployed: the latter outlives a source that is away. */
export const failedInputSchema = failureSchema.meta({
  description:
    'The input that failed to be deployed last, by its digest: what is not tried again beyond the rules for retries. Kept while a source is away.',
});

/** Beside that of the input, which has tries of its own. */
export const failedRollbackSchema = failureSchema.meta({
  description: 'The rollback that failed last. Absent once one stands.',
});

export const contestSchema = z
  .object({
    revision: integer({ description: 'Newest revision of the Helm release, which is left as it is.' }),
    generation: integer({ description: 'Generation of the HelmRelease at that time.' }),
    since: time({ description: 'Since when.' }),
  })
  .meta({
    description:
      'Another helm kept changing the release, and its last change is not answered: until it changes the release again, the HelmRelease is edited, or the annotation helm.fluxcd.io/reconcileAt asks for it. Absent if there is no such thing.',
  });

export const leftBehindSchema = z
  .object({
    releaseName: text({ description: 'Name of the Helm release.' }),
    namespace: text({ description: 'Namespace of the Helm release.' }),
    since: time({ description: 'When the HelmRelease began to stand for another one.' }),
    account: text({
      description:
        "User as whom everything is done for it. Absent if that is done with the operator's own rights.",
    }).optional(),
    uninstalling: integer({
      description:
        'Its newest revision when the operator began to uninstall it, written before, so that a restart can go on.',
    }).optional(),
    failure: failureSchema
      .meta({ description: 'Why it is not uninstalled although it is to be. Absent if all is well.' })
      .optional(),
  })
  .meta({ description: 'A Helm release that the HelmRelease stood for before.' });

export const operationSchema = z
  .object({
    action: z
      .enum(['install', 'upgrade', 'rollback', 'uninstall', 'test'])
      .meta({ description: 'What is being done.' }),
    digest: text({ description: 'Desired digest it is done for.' }),
    cause: text({ description: 'Why it is done, in one word, as in history.' }).optional(),
    fromRevision: integer({ description: 'Newest revision of the Helm release before it; 0 if none.' }),
    toRevision: integer({ description: 'Revision that it is meant to make, or to work on.' }),
    startedAt: time({ description: 'When it was begun.' }),
    deadline: time({ description: 'When waiting for it ends.' }).optional(),
  })
  .meta({ description: 'What is being done now, written before it begins, so that a restart can go on.' });
