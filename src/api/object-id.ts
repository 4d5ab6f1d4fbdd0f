import { UnexpectedError } from './errors.ts';

/** Names one object of a cluster. Without a version: an object stays what it is when Git takes a newer one. */
export interface ObjectId {
  /** The empty string for the core kinds. */
  readonly group: string;
  readonly kind: string;
  /** The empty string for an object that lives in no namespace. */
  readonly namespace: string;
  readonly name: string;
}

/**
 * `group/Kind/namespace/name`, the same for the same object always, and never for two. As long as the names of the
 * object, which the API server bounds.
 */
export function formatId({ group, kind, namespace, name }: ObjectId): string {
  return [group, kind, namespace, name].map(escaped).join('/');
}

/** The way back from `formatId`. */
export function parseId(text: string): ObjectId {
  const [group, kind, namespace, name, ...more] = text.split('/').map(unescaped);
  if (group === undefined || kind === undefined || namespace === undefined || name === undefined) {
    throw notAnId(text);
  }
  if (more.length > 0) throw notAnId(text);
  return { group, kind, namespace, name };
}

/** No name that an API server takes holds either; a manifest may, and must not pass for another object by it. */
function escaped(part: string): string {
  return part.replaceAll('%', '%25').replaceAll('/', '%2F');
}

function unescaped(part: string): string {
  return part.replaceAll('%2F', '/').replaceAll('%25', '%');
}

function notAnId(text: string): UnexpectedError {
  return new UnexpectedError(`'${text}' names no object: group/Kind/namespace/name was expected`);
}
