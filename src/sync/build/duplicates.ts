import { formatId } from '../../api/object-id.ts';
import type { Fault, Place, SourceDocument } from '../document.ts';
import { idOf } from '../id-of.ts';
import { objectLabel } from './object-label.ts';

/** A fault for each document whose object is written somewhere before: which of the two is meant nobody can know. */
export function duplicates(documents: readonly SourceDocument[]): readonly Fault[] {
  const places = new Map<string, Place>();
  const faults: Fault[] = [];
  for (const document of documents) {
    const { file, index, line, object } = document;
    const key = formatId(idOf(document));
    const before = places.get(key);
    if (before === undefined) {
      places.set(key, document);
      continue;
    }
    const label = objectLabel(object);
    faults.push({
      ...{ file, index, line },
      ...(label === undefined ? {} : { object: label }),
      why: `it is written in ${placeText(before)} too: remove it from one of the two`,
    });
  }
  return faults;
}

function placeText({ file, index, line }: Place): string {
  return `${file} (document ${String(index)}, line ${String(line)})`;
}
