import { z } from 'zod';
import type { KindDefinition } from './kind.ts';
import { cell, code, type Row, table } from '../generated/markdown.ts';

interface Field {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Field>>;
  readonly items?: Field;
  readonly description?: string;
  readonly unsetMeans?: string;
  readonly rules?: readonly { readonly message: string; readonly fieldPath?: string }[];
}

/** What only people can say of a kind, in Markdown: paragraphs, tables and headings. */
export interface Prose {
  /** Behind the names. */
  readonly names: string;
  readonly spec: readonly string[];
  /** Around the table of what the API server refuses. */
  readonly refused: { readonly before: string; readonly after: string };
  /** Between spec and status. */
  readonly behaviour: readonly string[];
  /** Behind the table of status. */
  readonly status: readonly string[];
}

/** The reference page of a kind, in Markdown. */
export function referenceOf(kind: KindDefinition, prose: Prose): string {
  const spec = fieldsOf(kind.spec);
  const status = fieldsOf(kind.status);
  return [
    `# ${kind.kind}`,
    'Written by `npm run crds` from the schema in `src/api`; do not edit it here.',
    `\`apiVersion: ${kind.group}/${kind.version}\`, \`kind: ${kind.kind}\`, ${prose.names}`,
    '## spec',
    ...prose.spec,
    table(['field', 'type', 'default', 'meaning'], rowsOf('', spec, specRow)),
    '### What is refused',
    prose.refused.before,
    table(['field', 'message'], [...rulesOfObject(kind), ...rulesOf('spec', spec)]),
    prose.refused.after,
    ...prose.behaviour,
    '## status',
    table(['field', 'type', 'meaning'], rowsOf('', status, statusRow)),
    ...prose.status,
    '## Columns of `kubectl get`',
    table(
      ['column', 'meaning', 'from'],
      kind.columns.map(({ name, description, jsonPath }) => [name, description, code(jsonPath)]),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

function fieldsOf(schema: z.ZodType): Field {
  return z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as Field;
}

type ToRow = (path: string, field: Field, required: boolean) => Row;

function rowsOf(prefix: string, { properties = {}, required = [] }: Field, toRow: ToRow): Row[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name}${field.type === 'array' ? '[]' : ''}`;
    return [toRow(path, field, required.includes(name)), ...rowsOf(`${path}.`, field.items ?? field, toRow)];
  });
}

function specRow(path: string, field: Field, required: boolean): Row {
  const otherwise = required ? '(required)' : (field.unsetMeans ?? '');
  return [code(path), typeOf(field), cell(otherwise), cell(field.description ?? '')];
}

function statusRow(path: string, field: Field): Row {
  return [code(path), typeOf(field), cell(field.description ?? '')];
}

function typeOf({ type, format, enum: values, items }: Field): string {
  if (values !== undefined) return values.map(code).join(', ');
  if (type === 'array') return items?.type === 'object' ? 'list of maps' : 'list';
  if (format === 'date-time') return 'time';
  return (
    { object: 'map', string: 'string', integer: 'integer', boolean: 'boolean' }[type ?? ''] ?? 'anything'
  );
}

function rulesOfObject({ rules = [] }: KindDefinition): Row[] {
  return rules.map(({ message }) => ['the whole object', cell(message)]);
}

function rulesOf(path: string, { rules = [], properties = {}, items }: Field): Row[] {
  return [
    ...rules.map(({ fieldPath = '', message }) => [code(`${path}${fieldPath}`), cell(message)]),
    ...Object.entries(properties).flatMap(([name, field]) => rulesOf(`${path}.${name}`, field)),
    ...(items === undefined ? [] : rulesOf(`${path}[]`, items)),
  ];
}
