import { SYNC_CONDITION_TYPES } from '../../src/api/gitsync/schema/condition.ts';
import { SYNC_RULES } from '../../src/api/gitsync/schema/rules.ts';
import { syncSpecSchema } from '../../src/api/gitsync/schema/spec.ts';
import { syncStatusSchema } from '../../src/api/gitsync/schema/status.ts';
import {
  CONFIRM_PRUNE_ANNOTATION,
  GITOPS_GROUP,
  GITOPS_VERSION,
  PRUNE_ANNOTATION,
  SYNC_KIND,
  SYNC_NAME_LABEL,
  SYNC_NAMESPACE_LABEL,
  SYNC_PLURAL,
  SYNC_RECONCILE_AT_ANNOTATION,
} from '../../src/api/names.ts';
import { conditionField, type KindDefinition, type PrinterColumn } from './kind.ts';
import { code, table } from '../generated/markdown.ts';
import type { Prose } from './reference.ts';

const COLUMNS: readonly PrinterColumn[] = [
  {
    name: 'Ready',
    type: 'string',
    description: 'Whether what Git wants is in the cluster',
    jsonPath: conditionField('Ready', 'status'),
  },
  {
    name: 'Status',
    type: 'string',
    description: 'What is applied, or why it is not well',
    jsonPath: conditionField('Ready', 'message'),
  },
  {
    name: 'Revision',
    type: 'string',
    description: 'Revision that is in the cluster',
    jsonPath: '.status.appliedRevision',
  },
  {
    name: 'Objects',
    type: 'integer',
    description: 'How many objects it keeps',
    jsonPath: '.status.inventory.count',
  },
  {
    name: 'Suspended',
    type: 'boolean',
    description: 'Whether spec.suspend holds it: the other columns are then of before',
    jsonPath: '.spec.suspend',
  },
  {
    name: 'Author',
    type: 'string',
    description: 'Author of the commit that was last tried, which need not be the revision; with -o wide',
    jsonPath: '.status.commit.author',
    priority: 1,
  },
  {
    name: 'Subject',
    type: 'string',
    description: 'First line of its message; with -o wide',
    jsonPath: '.status.commit.subject',
    priority: 1,
  },
  {
    name: 'Signed',
    type: 'string',
    description: 'Whose signature was found good; with -o wide',
    jsonPath: '.status.commit.signedBy',
    priority: 1,
  },
  {
    name: 'Repository',
    type: 'string',
    description: 'URL of the repository; with -o wide',
    jsonPath: '.spec.url',
    priority: 1,
  },
  {
    name: 'Age',
    type: 'date',
    description: 'Time since the GitSync was created',
    jsonPath: '.metadata.creationTimestamp',
  },
];

export const GIT_SYNC: KindDefinition = {
  group: GITOPS_GROUP,
  version: GITOPS_VERSION,
  kind: SYNC_KIND,
  plural: SYNC_PLURAL,
  singular: 'gitsync',
  shortNames: ['gsync'],
  description: 'GitSync is a folder of a Git repository, applied to the cluster and kept so.',
  spec: syncSpecSchema,
  status: syncStatusSchema,
  rules: SYNC_RULES,
  columns: COLUMNS,
};

export const GIT_SYNC_PROSE: Prose = {
  names: `short name \`gsync\`. \`${SYNC_PLURAL}.${GITOPS_GROUP}\` always means this one.`,
  spec: ['Every default is applied by the operator when it reads the object, none by the API server.'],
  refused: {
    before: '`kubectl apply` refuses what could never be applied.',
    after:
      '`path` may be a text or a list of texts, for which the API server has no type, so the operator looks at it: whatever else it is, and a path that is absolute, empty, or leads out of the repository, is answered in status with a sentence. So is a URL or a ref that Git does not allow.',
  },
  behaviour: [
    '## metadata',
    table(
      ['what', 'meaning'],
      [
        [
          `annotation ${code(SYNC_RECONCILE_AT_ANNOTATION)}`,
          'Set it to any new text to have the repository looked at now, and what failed tried once more; `status.lastHandledReconcileAt` shows it once that is done. While `spec.suspend` is set it waits.',
        ],
        [
          `annotation ${code(CONFIRM_PRUNE_ANNOTATION)}`,
          'Names the revision of `status.heldPrune`, or its commit, to have the objects deleted after all. Good for that revision only.',
        ],
      ],
    ),
    '### On the objects',
    table(
      ['what', 'meaning'],
      [
        [
          `labels ${code(SYNC_NAME_LABEL)}, ${code(SYNC_NAMESPACE_LABEL)}`,
          'Name and namespace of the GitSync that applied the object.',
        ],
        [
          `annotation ${code(PRUNE_ANNOTATION)}`,
          '`disabled`: the object stays when it leaves Git. `allow`: it is deleted then even if it was there before the GitSync, or is a Namespace, CustomResourceDefinition, PersistentVolume or PersistentVolumeClaim.',
        ],
      ],
    ),
  ],
  status: [
    '### Conditions',
    `${SYNC_CONDITION_TYPES.map(code).join(', ')}. \`Reconciling\` and \`Stalled\` are there only while they are true.`,
  ],
};
