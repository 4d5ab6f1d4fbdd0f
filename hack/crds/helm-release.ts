import {
  ANTECEDENT_ANNOTATION,
  FINALIZER,
  GROUP,
  KIND,
  PLURAL,
  RECONCILE_AT_ANNOTATION,
  UNINSTALL_LEFT_BEHIND_ANNOTATION,
  VERSION,
} from '../../src/api/names.ts';
import { PHASE_MEANINGS, phaseMessage } from '../../src/api/phases.ts';
import { PHASES } from '../../src/api/schema/condition.ts';
import { specSchema } from '../../src/api/schema/spec.ts';
import { statusSchema } from '../../src/api/schema/status.ts';
import { conditionField, type KindDefinition, type PrinterColumn } from './kind.ts';
import { cell, code, type Row, table } from '../generated/markdown.ts';
import type { Prose } from './reference.ts';

/** The first four stand where 1.4.4 had them, and Age is still the last: scripts count columns. */
const COLUMNS: readonly PrinterColumn[] = [
  {
    name: 'Release',
    type: 'string',
    description: 'Name of the Helm release',
    jsonPath: '.status.releaseName',
  },
  { name: 'Phase', type: 'string', description: 'Latest phase of the release', jsonPath: '.status.phase' },
  {
    name: 'ReleaseStatus',
    type: 'string',
    description: 'Status of the release as Helm records it',
    jsonPath: '.status.releaseStatus',
  },
  {
    name: 'Message',
    type: 'string',
    description: 'How the last release ended',
    jsonPath: conditionField('Released', 'message'),
  },
  {
    name: 'Ready',
    type: 'string',
    description: 'Whether what is wanted is deployed and healthy',
    jsonPath: conditionField('Ready', 'status'),
  },
  {
    name: 'Status',
    type: 'string',
    description: 'What is deployed, or why it is not well',
    jsonPath: conditionField('Ready', 'message'),
  },
  {
    name: 'Chart',
    type: 'string',
    description: 'Name and version of the chart that is deployed',
    jsonPath: '.status.deployed.chart',
  },
  {
    name: 'Revision',
    type: 'integer',
    description: 'Revision of the release that is deployed',
    jsonPath: '.status.deployed.revision',
  },
  {
    name: 'Suspended',
    type: 'boolean',
    description: 'Whether spec.suspend holds it; with -o wide',
    jsonPath: '.spec.suspend',
    priority: 1,
  },
  {
    name: 'Age',
    type: 'date',
    description: 'Time since the HelmRelease was created',
    jsonPath: '.metadata.creationTimestamp',
  },
];

export const HELM_RELEASE: KindDefinition = {
  group: GROUP,
  version: VERSION,
  kind: KIND,
  plural: PLURAL,
  singular: 'helmrelease',
  shortNames: ['hr', 'hrs'],
  description: 'HelmRelease is a chart released by Helm, and kept so.',
  spec: specSchema,
  status: statusSchema,
  columns: COLUMNS,
};

export const HELM_RELEASE_PROSE: Prose = {
  names:
    'short names `hr` and `hrs`. Another kind in the cluster may have the same short name; `helmreleases.helm.fluxcd.io` always means this one.',
  spec: [
    'An empty string counts as absent. Every default is applied by the operator when it reads the object, none by the API server.',
  ],
  refused: {
    before:
      '`kubectl apply` refuses what could never be released. Objects that were stored before are not touched by this: their status and metadata can be written, and parts of their spec that an edit leaves alone are not checked again.',
    after:
      'What could not be released either, but 1.4.4 might have released with Helm 2 or a plugin, or what only the operator can know, is accepted and answered in status with a sentence: `helmVersion: v2`, a repository such as `s3://`, a release name made of namespace and name that is too long. `values` that are no map count as empty.',
  },
  behaviour: [
    '## metadata',
    table(
      ['what', 'meaning'],
      [
        [
          `annotation ${code(RECONCILE_AT_ANNOTATION)}`,
          'Set it to any new text to have the release looked at now, and what failed tried once more; `status.lastHandledReconcileAt` shows it once that is done or, where helm has to run for it, begun: the same text is never acted upon twice.',
        ],
        [
          `annotation ${code(UNINSTALL_LEFT_BEHIND_ANNOTATION)}`,
          'Names releases of `status.leftBehind` that are to be uninstalled: `namespace/name`, several with commas.',
        ],
        [
          `finalizer ${code(FINALIZER)}`,
          'Keeps a deleted HelmRelease until its Helm release is uninstalled, or, if it is suspended, left in place.',
        ],
      ],
    ),
    '## Releases that are there already',
    `A release that Helm Operator 1.4.4 or a person made is taken over as it is, with no new revision, when chart name, versions, values, the chart's own values and its templates are those that are wanted, or when all objects and hooks would be rendered the same; else it gets one upgrade. A chart that makes random values is not upgraded for them. What Helm Operator rolled back stays so until chart, values or options change. Of several HelmReleases that stand for one release it belongs to the one that the annotation ${code(ANTECEDENT_ANNOTATION)} of its objects names, else to the older one; the others are told whose it is (\`ReleaseTaken\`).`,
    'What the operator itself made is known by labels on the Secrets of Helm. Where the newest revision is its own and just what is wanted, but `status` knows nothing of it (it was lost, or the HelmRelease stood for another release in between), nobody knows whether it became ready: it is awaited like one just made (`wait`), and tested (`test.enable`) unless Helm knows that its tests have passed. If it was written more than 15 minutes (or `timeout`, where that is longer) before it was found again, it may have been ready for months: then it is not rolled back when it is not ready in time, and `Ready` tells why it is not. Tests that are wanted and never passed are an exception: such a revision was never done.',
    '### When somebody else works on a release',
    `What Helm calls \`pending-install\`, \`pending-upgrade\`, \`pending-rollback\` or \`uninstalling\` is left to whoever does it for 15 minutes (or \`timeout\`, where that is longer) since Helm last wrote it, and status says so. Then it is taken for dead: the release is unlocked, or its uninstall is brought to an end and it is installed anew. What the operator itself was doing when it was killed goes on at once. A change by another helm is answered by going back to what is wanted. The third within ten minutes is not: the release stalls (\`ForeignChange\`, \`status.contest\`) until it is changed once more, the HelmRelease is edited, or the annotation ${code(RECONCILE_AT_ANNOTATION)} asks for it. Time alone does not end that, and neither does another commit.`,
    '### When helm is killed, or the API server is away',
    'That is no fault of chart and values: nothing is rolled back for it, and it takes no try away from them (`status.failure.platformFailures` counts, not `attempts`). The lock that helm left is taken away, and the same is tried again after growing pauses of at most five minutes. Where helm is killed again and again (SIGKILL, most often for lack of memory) raise the memory limit of the operator or lower `--workers`; the annotation has it tried at once. A rollback that fails has tries and pauses of its own too (`status.failedRollback`).',
    '### When a HelmRelease comes to stand for another release',
    `It does when \`releaseName\` or \`targetNamespace\` changes, or a default that follows from them. The new release is installed. The old one stays as it is: it is listed in \`status.leftBehind\`, and told of in one Event \`ReleaseLeftBehind\`. It is uninstalled only when the annotation ${code(UNINSTALL_LEFT_BEHIND_ANNOTATION)} names it, once the new one has been deployed and is not at work, or could not be deployed because the old one is in its way; and only as long as no other HelmRelease owns it or stands for it. What keeps it from that is in \`status.leftBehind[].failure\` and an Event \`LeftBehindKept\`. It leaves the list when it is gone or another HelmRelease has taken it over. Changed back, the HelmRelease goes on with the old release, and it is the new one that is left behind. With the HelmRelease its current release is uninstalled; those left behind stay, and an Event names them. What the annotation had uninstalled is in \`status.uninstalledLeftBehind\` for as long as it names it: a release that is left behind under the same name later is not meant by it, until the name is taken out of the annotation and put in again.`,
  ],
  status: [
    '### Phases and conditions',
    'Each phase sets conditions, with the name of the phase as their reason. `Released=True` removes `RolledBack` and sets the count of rollbacks to zero; each `RolledBack=True` counts one. A failed test with `test.ignoreFailures` leaves `Released` alone.',
    table(['phase', 'conditions', 'message'], PHASES.map(phaseRow)),
  ],
};

function phaseRow(phase: (typeof PHASES)[number]): Row {
  const conditions = Object.entries(PHASE_MEANINGS[phase].sets).map(([type, status]) => `${type}=${status}`);
  return [code(phase), conditions.map(code).join(', '), cell(phaseMessage(phase, 'R', 'N'))];
}
