import type { KubeObject } from '../../kube/resource-type.ts';

/** Who owns which fields of one object, as the API server writes it into `metadata.managedFields`. */
export interface Owners {
  /** Paths of what helm owns. */
  readonly helm: ReadonlySet<string>;
  readonly others: readonly Owner[];
}

interface Owner {
  /** In quotes, with the subresource it went through. */
  readonly name: string;
  readonly fields: ReadonlySet<string>;
}

/** Helm's own, of both majors. */
const HELM = 'helm';

type Fields = Readonly<Record<string, unknown>>;

interface Managed {
  readonly managedFields?: readonly {
    readonly manager?: string;
    readonly subresource?: string;
    readonly fieldsV1?: Fields;
  }[];
}

/** Status is left out: charts do not set it. */
export function ownersIn({ metadata }: KubeObject): Owners {
  const { managedFields = [] } = metadata as Managed;
  const helm = new Set<string>();
  const others: Owner[] = [];
  for (const { manager = '', subresource = '', fieldsV1 = {} } of managedFields) {
    if (subresource === 'status') continue;
    const fields = new Set(pathsIn(fieldsV1, ''));
    if (manager === HELM) for (const field of fields) helm.add(field);
    else others.push({ name: nameOf(manager, subresource), fields });
  }
  return { helm, others };
}

export interface Taken {
  readonly field: string;
  readonly owner: string;
}

/** The fields that helm owns now, and whoever owned them before does not. */
export function takenFrom(before: Owners | undefined, after: Owners): readonly Taken[] {
  return (before?.others ?? []).flatMap(({ name, fields }) => {
    const still = after.others.find((other) => other.name === name)?.fields;
    return [...fields]
      .filter((field) => after.helm.has(field) && still?.has(field) !== true)
      .map((field) => ({ field, owner: name }));
  });
}

function nameOf(manager: string, subresource: string): string {
  return subresource === '' ? `"${manager}"` : `"${manager}" (subresource ${subresource})`;
}

/** As messages of conflicts write them: `.spec.template.spec.containers[name="web"].image`. */
function pathsIn(fields: Fields, at: string): readonly string[] {
  return Object.entries(fields).flatMap(([key, below]) => {
    if (key === '.') return [];
    const path = at + segment(key);
    const inner = typeof below === 'object' && below !== null ? pathsIn(below as Fields, path) : [];
    return inner.length === 0 ? [path] : inner;
  });
}

function segment(key: string): string {
  const rest = key.slice(2);
  switch (key.slice(0, 2)) {
    case 'f:':
      return `.${rest}`;
    case 'k:':
      return `[${keyIn(rest)}]`;
    default:
      return `[${rest}]`;
  }
}

function keyIn(text: string): string {
  try {
    const entries = Object.entries(JSON.parse(text) as Fields);
    return entries.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',');
  } catch {
    return text;
  }
}
