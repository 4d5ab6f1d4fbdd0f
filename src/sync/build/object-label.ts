import { isMap } from '../../values/merge.ts';

const LONGEST = 300;

/** `Deployment shop/web`, as much of it as a document says. */
export function objectLabel(document: unknown): string | undefined {
  if (!isMap(document)) return undefined;
  const { kind, metadata } = document;
  const { namespace, name } = isMap(metadata) ? metadata : {};
  const path = [namespace, name].filter(isWritten).join('/');
  const label = [kind, path].filter(isWritten).join(' ').slice(0, LONGEST);
  return label === '' ? undefined : label;
}

function isWritten(text: unknown): text is string {
  return typeof text === 'string' && text !== '';
}
