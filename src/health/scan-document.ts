import type { Described } from './described.ts';

/** The value of an apiVersion, a kind or a name, with or without quotes and a comment. */
const SIMPLE = /^[ \t]+(["']?)([A-Za-z0-9][A-Za-z0-9._:/-]*)\1[ \t]*(?:[ \t]#.*)?\r?$/;
const API_VERSION = /^apiVersion[ \t]*:(.*)$/gm;
const KIND = /^kind[ \t]*:(.*)$/gm;
/** The lines below `metadata:` up to the next one that begins at the margin. */
const METADATA = /^metadata[ \t]*:[ \t]*(?:#.*)?\r?\n((?:(?:[ \t#].*|\r)?\n)*(?:[ \t].*)?)/gm;
const FIRST_ENTRY = /^( +)[^\s#]/m;
const NAME = /^( +)(name|namespace)[ \t]*:(.*)$/gm;

/**
 * Reads off the lines of a document which object it describes: apiVersion and kind at the margin, name and namespace
 * right below `metadata:`. Says `unsure` for whatever is written in another way, which then has to be parsed.
 */
export function scanDocument(document: string): Described | 'nothing' | 'unsure' {
  if (!/^[ \t]*[^\s#]/m.test(document)) return 'nothing';
  const apiVersion = simple(only(document, API_VERSION));
  const kind = simple(only(document, KIND));
  const metadata = only(document, METADATA);
  if (apiVersion === undefined || kind === undefined || metadata === undefined || kind.endsWith('List')) {
    return 'unsure';
  }
  const indent = FIRST_ENTRY.exec(metadata)?.[1];
  const names = [...metadata.matchAll(NAME)].filter((match) => match[1] === indent);
  const name = valueOf(names, 'name');
  const namespace = valueOf(names, 'namespace');
  if (name.kind !== 'one' || namespace.kind === 'unsure') return 'unsure';
  return { apiVersion, kind, namespace: namespace.value, name: name.value };
}

/** The text behind the only match; undefined if there is none or more than one. */
function only(text: string, pattern: RegExp): string | undefined {
  const matches = [...text.matchAll(pattern)];
  return matches.length === 1 ? matches[0]?.[1] : undefined;
}

function simple(value: string | undefined): string | undefined {
  return value === undefined ? undefined : SIMPLE.exec(value)?.[2];
}

type Entry =
  | { readonly kind: 'one'; readonly value: string }
  | { readonly kind: 'none'; readonly value: undefined }
  | { readonly kind: 'unsure' };

function valueOf(entries: readonly RegExpExecArray[], key: string): Entry {
  const [entry, ...more] = entries.filter((match) => match[2] === key);
  if (entry === undefined) return { kind: 'none', value: undefined };
  const value = simple(entry[3]);
  return value === undefined || more.length > 0 ? { kind: 'unsure' } : { kind: 'one', value };
}
