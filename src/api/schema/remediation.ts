import { z } from 'zod';
import { DEFAULTS } from './defaults.ts';
import { flag, integer } from './fragments.ts';

export const rollbackSchema = z
  .object({
    enable: flag({
      description:
        'Roll back a failed upgrade to the newest revision that became ready. The failed change is not tried again until the chart or the values change, unless retry is set.',
      unsetMeans: 'false',
    }).optional(),
    retry: flag({
      description: 'After a rollback try the failed upgrade again, with growing pauses.',
      unsetMeans: 'false',
    }).optional(),
    maxRetries: integer({
      description: 'How often retry tries again. 0 means without limit.',
      unsetMeans: String(DEFAULTS.rollbackMaxRetries),
    }).optional(),
    force: flag({
      description: 'Replace objects that cannot be updated during the rollback.',
      unsetMeans: 'false',
    }).optional(),
    recreate: flag({
      description:
        'Have the pods of the Deployments, StatefulSets and DaemonSets made anew after the rollback, by an annotation on their pod templates.',
      unsetMeans: 'false',
    }).optional(),
    disableHooks: flag({
      description: 'Do not run the hooks of the chart during the rollback.',
      unsetMeans: 'false',
    }).optional(),
    timeout: integer({
      description:
        'How long the rollback itself may take, in seconds. It does not say when a rollback begins: that is spec.timeout.',
      unsetMeans: String(DEFAULTS.timeoutSeconds),
    }).optional(),
    wait: flag({
      description: 'Wait until the objects of the revision that was rolled back to are ready.',
      unsetMeans: 'false',
    }).optional(),
  })
  .meta({ description: 'What to do when an upgrade fails.' });

export const testSchema = z
  .object({
    enable: flag({
      description: 'Run the tests of the chart (helm test) after each installation and upgrade.',
      unsetMeans: 'false',
    }).optional(),
    ignoreFailures: flag({
      description: 'Count the release as successful even if a test fails.',
      unsetMeans: 'false',
    }).optional(),
    timeout: integer({
      description: 'How long the tests may take, in seconds.',
      unsetMeans: String(DEFAULTS.timeoutSeconds),
    }).optional(),
    cleanup: flag({
      description:
        'Delete the Pods and Jobs of the tests when they have ended, well or not. What is known of a failure is in status; false keeps them to look at.',
      unsetMeans: String(DEFAULTS.testCleanup),
    }).optional(),
  })
  .meta({ description: 'Whether and how to run the tests of the chart.' });
