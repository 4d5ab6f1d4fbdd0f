import { z } from 'zod';
import type { CelRule, FieldNotes } from '../../src/api/schema/fragments.ts';

/** A node of a schema as Kubernetes takes it: every node has a type, or says why not. */
export interface StructuralSchema {
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly items?: StructuralSchema;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly 'x-kubernetes-list-type'?: 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-validations'?: readonly CelRule[];
}

type Node = Partial<FieldNotes> & {
  readonly type?: StructuralSchema['type'];
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
};

const KNOWN = new Set([
  ...['type', 'format', 'enum', 'required', 'properties', 'items', 'description', 'additionalProperties'],
  ...['unsetMeans', 'rules', 'maxItems', 'maxLength', 'listMapKeys', 'preserveUnknownFields'],
]);

/** Throws for a keyword that nobody has thought about: Kubernetes refuses many, and ignores others. */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return translate(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as Node);
}

function translate(node: Node): StructuralSchema {
  const unknown = Object.keys(node).filter((keyword) => !KNOWN.has(keyword));
  if (unknown.length > 0) throw new Error(`no translation for ${unknown.join(', ')} in a schema`);
  const { type, format, required, items, maxItems, maxLength, properties, rules, listMapKeys } = node;
  return {
    ...defined({ description: describe(node), type, format, enum: node.enum, required, maxItems, maxLength }),
    ...(properties === undefined ? {} : { properties: mapValues(properties, translate) }),
    ...(items === undefined ? {} : { items: translate(items) }),
    ...(listMapKeys === undefined
      ? {}
      : { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': listMapKeys }),
    ...(node.preserveUnknownFields === true ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    ...(rules === undefined ? {} : { 'x-kubernetes-validations': rules }),
  };
}

function describe({ description, unsetMeans }: Node): string | undefined {
  return unsetMeans === undefined ? description : `${description ?? ''} Default: ${unsetMeans}.`.trimStart();
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
