import { GROUP, KIND, PLURAL, VERSION } from '../../src/api/names.ts';
import { specSchema } from '../../src/api/schema/spec.ts';
import { statusSchema } from '../../src/api/schema/status.ts';
import { structuralSchema, type StructuralSchema } from './structural.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly description: string;
  readonly jsonPath: string;
  /** Above 0: only under `-o wide`. */
  readonly priority?: number;
}

const conditionField = (type: string, field: string) => `.status.conditions[?(@.type=="${type}")].${field}`;

/** The first four stand where 1.4.4 had them, and Age is still the last: scripts count columns. */
export const PRINTER_COLUMNS: readonly PrinterColumn[] = [
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

const rootSchema: StructuralSchema = {
  description: 'HelmRelease is a chart released by Helm, and kept so.',
  type: 'object',
  required: ['metadata', 'spec'],
  properties: {
    apiVersion: { description: 'Version of the schema of this object.', type: 'string' },
    kind: { description: 'Kind of this object.', type: 'string' },
    metadata: { type: 'object' },
    spec: structuralSchema(specSchema),
    status: structuralSchema(statusSchema),
  },
};

/** The CustomResourceDefinition, ready to be applied. */
export const helmReleaseDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${PLURAL}.${GROUP}`,
    // With the definition go all its objects: a chart that renders it must not take it along.
    annotations: { 'helm.sh/resource-policy': 'keep' },
  },
  spec: {
    group: GROUP,
    names: {
      kind: KIND,
      listKind: `${KIND}List`,
      plural: PLURAL,
      shortNames: ['hr', 'hrs'],
      singular: 'helmrelease',
    },
    scope: 'Namespaced',
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: PRINTER_COLUMNS,
        schema: { openAPIV3Schema: rootSchema },
      },
    ],
  },
} as const;
