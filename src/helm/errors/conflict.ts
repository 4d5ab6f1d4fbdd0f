const OBJECT =
  /conflict occurred while applying object (\S+) [^,]*, Kind=(\w+): Apply failed with \d+ conflicts?: /;
const MANAGER = /conflicts? with "([^"]+)"(?: with subresource "(\w+)")? using [^:\s]+:/;
const MAX_NAMED = 5;

/** Which field of which object belongs to whom, for every conflict that helm met while applying. */
export function describeConflicts(text: string): string {
  const [, ...parts] = text.split(new RegExp(OBJECT, 'g'));
  const conflicts: string[] = [];
  // split() with two groups gives object, kind and the text up to the next match, again and again.
  for (let at = 0; at + 2 < parts.length; at += 3) {
    conflicts.push(...conflictsOf(`${parts[at + 1] ?? ''} ${parts[at] ?? ''}`, parts[at + 2] ?? ''));
  }
  const more = conflicts.length - MAX_NAMED;
  const named = conflicts.slice(0, MAX_NAMED).join('; ');
  return more > 0 ? `${named}; and ${String(more)} more` : named;
}

function conflictsOf(object: string, text: string): readonly string[] {
  const [, ...parts] = text.replace(/ && $/, '').split(new RegExp(MANAGER, 'g'));
  const found: string[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [manager = '', subresource, fields = ''] = parts.slice(at, at + 3);
    const owner = subresource === undefined ? `"${manager}"` : `"${manager}" (subresource ${subresource})`;
    for (const field of fields.split('\n').map((line) => line.replace(/^- /, '').trim())) {
      if (field !== '') found.push(`${object}: ${field} belongs to ${owner}`);
    }
  }
  return found;
}
