import { GITOPS_GROUP } from '../../api/names.ts';
import type { Fields } from '../../kube/managed-fields.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import { isMap } from '../../values/merge.ts';

/** Labels and annotations by which a GitSync knows its objects, and what it may do with them: nobody can ignore these. */
const PREFIX = `${GITOPS_GROUP}/`;

/** The object, with the marks that another one has. */
export function withMarksOf<T extends KubeObject>(from: KubeObject, object: T): T {
  const { labels, annotations } = from.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...together('labels', object.metadata.labels, labels),
      ...together('annotations', object.metadata.annotations, annotations),
    },
  };
}

type Texts = Readonly<Record<string, string>>;

function together(name: 'labels' | 'annotations', here: Texts | undefined, from: Texts = {}): object {
  const marks = Object.entries(from).filter(([key]) => key.startsWith(PREFIX));
  return marks.length === 0 ? {} : { [name]: { ...here, ...Object.fromEntries(marks) } };
}

/** The marks among the fields of an object, as the API server writes fields. */
export function marksIn(fields: Fields): Fields {
  const metadata = fields['f:metadata'];
  if (!isMap(metadata)) return {};
  const marks = ['f:labels', 'f:annotations'].flatMap((name) => {
    const there = metadata[name];
    const own = isMap(there) ? Object.entries(there).filter(([key]) => key.startsWith(`f:${PREFIX}`)) : [];
    return own.length === 0 ? [] : [[name, Object.fromEntries(own)] as const];
  });
  return marks.length === 0 ? {} : { 'f:metadata': Object.fromEntries(marks) };
}
