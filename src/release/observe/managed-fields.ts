import { managedFieldsOf, managerName, pathsIn } from '../../kube/managed-fields.ts';
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

/** Status is left out: charts do not set it. */
export function ownersIn(object: KubeObject): Owners {
  const helm = new Set<string>();
  const others: Owner[] = [];
  for (const { manager = '', subresource = '', fieldsV1 = {} } of managedFieldsOf(object)) {
    if (subresource === 'status') continue;
    const fields = new Set(pathsIn(fieldsV1));
    if (manager === HELM) for (const field of fields) helm.add(field);
    else others.push({ name: managerName(manager, subresource), fields });
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
