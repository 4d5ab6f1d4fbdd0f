import type { z } from 'zod';
import type { CelRule } from '../../src/api/schema/fragments.ts';
import { structuralSchema, type StructuralSchema } from './structural.ts';

/** A kind of ours: its names, its schema, and what `kubectl get` shows of it. */
export interface KindDefinition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  /** On the whole object; every write of a status runs them. */
  readonly rules?: readonly CelRule[];
  readonly columns: readonly PrinterColumn[];
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly description: string;
  readonly jsonPath: string;
  /** Above 0: only under `-o wide`. */
  readonly priority?: number;
}

export const conditionField = (type: string, field: string) =>
  `.status.conditions[?(@.type=="${type}")].${field}`;

/** The CustomResourceDefinition, ready to be applied. */
export function definitionOf(kind: KindDefinition) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${kind.plural}.${kind.group}`,
      // With the definition go all its objects: a chart that renders it must not take it along.
      annotations: { 'helm.sh/resource-policy': 'keep' },
    },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        shortNames: kind.shortNames,
        singular: kind.singular,
      },
      scope: 'Namespaced',
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: kind.columns,
          schema: { openAPIV3Schema: schemaOf(kind) },
        },
      ],
    },
  } as const;
}

export function schemaOf({ description, spec, status, rules }: KindDefinition): StructuralSchema {
  return {
    description,
    type: 'object',
    required: ['metadata', 'spec'],
    properties: {
      apiVersion: { description: 'Version of the schema of this object.', type: 'string' },
      kind: { description: 'Kind of this object.', type: 'string' },
      metadata: { type: 'object' },
      spec: structuralSchema(spec),
      status: structuralSchema(status),
    },
    ...(rules === undefined ? {} : { 'x-kubernetes-validations': rules }),
  };
}
