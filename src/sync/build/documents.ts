import type { KubeObject } from '../../kube/resource-type.ts';
import { HelmYamlError } from '../../values/helm-yaml.ts';
import { itemsOf, type Manifest, parseExactly, readManifests } from '../../values/manifest.ts';
import { isMap, type ValuesMap } from '../../values/merge.ts';
import type { Fault, Place, SourceDocument } from '../document.ts';
import { clean } from './clean.ts';
import { isLeftAlone } from './left-alone.ts';
import { objectLabel } from './object-label.ts';
import { isPatch, type Refusal, refuseContent, refuseIdentity } from './refuse.ts';
import { lengthWrittenOut } from './written-out.ts';

export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Of a folder with a kustomization, or under a .flux.yaml: a HelmRelease without a chart is a patch there, and no object. */
  readonly governed: boolean;
}

/** An object as text, which a thread can hand over, and which takes less room than the object. */
export interface ParsedDocument extends Omit<Place, 'file'> {
  readonly body: string;
  /** `leave`: Flux v1 was told to leave the object alone. */
  readonly use: 'apply' | 'leave';
}

/** Shared by all who ask for the file: nobody changes it. */
export interface ParsedFile {
  readonly documents: readonly ParsedDocument[];
  readonly faults: readonly Fault[];
  /** Patches, which are no objects of their own. */
  readonly skipped: number;
}

/** Of one file; who reads so far is not interested in more. */
const MAX_FAULTS = 20;
const MAX_DOCUMENTS = 20_000;
const MAX_FIELD = 300;
const MAX_WRITTEN_OUT = 10_000_000;
/** For how many values the aliases of a file may stand: enough to share labels and environments, not to fill the memory. */
const MAX_ALIASED = 20_000;

/** Reads a file of manifests as kubectl does: of duplicate keys the last counts. Never throws, whatever the bytes. */
export function parseFile({ path, bytes, governed }: SourceFile): ParsedFile {
  const documents: ParsedDocument[] = [];
  const faults: Fault[] = [];
  let skipped = 0;
  let index = 0;
  let line = 1;
  let room = MAX_WRITTEN_OUT;

  const take = (value: unknown): void => {
    const length = lengthWrittenOut(value, room);
    if (typeof length === 'string')
      throw new TooMuchError(`${length}: correct it, or name the file in a .gitsyncignore`);
    room -= length;
    for (const [at, document] of flattened(value).entries()) {
      const refusal = refuse(document, governed);
      if (refusal !== undefined) {
        const item = document === value ? undefined : `items[${String(at)}]`;
        faults.push(faultOf({ file: path, index, line }, document, refusal, item));
      } else if (governed && isPatch(document as ValuesMap)) {
        skipped += 1;
      } else {
        const use = isLeftAlone(document) ? 'leave' : 'apply';
        documents.push({ index, line, body: JSON.stringify(clean(document as KubeObject)), use });
      }
      if (faults.length >= MAX_FAULTS) return;
      if (documents.length > MAX_DOCUMENTS)
        throw new TooMuchError(
          `it holds more than ${String(MAX_DOCUMENTS)} objects: make several files of it, or name it in a .gitsyncignore`,
        );
    }
  };

  try {
    for (const manifest of manifestsIn(path, bytes)) {
      index += 1;
      line = manifest.line;
      take(manifest.value);
      if (faults.length >= MAX_FAULTS) break;
    }
  } catch (error) {
    if (error instanceof HelmYamlError) {
      const why = `it is ${error.message}: correct it, or name the file in a .gitsyncignore`;
      faults.push({ file: path, index: index + 1, line: error.line, why });
    } else if (error instanceof TooMuchError) {
      faults.push({ file: path, index, line, why: error.message });
    } else {
      throw error;
    }
  }
  return { documents, faults, skipped };
}

/** The object of a document, made anew each time. */
export function documentIn(file: string, { index, line, body }: ParsedDocument): SourceDocument {
  return { file, index, line, object: parseExactly(body) as KubeObject };
}

function faultOf(place: Place, document: unknown, refusal: Refusal, item: string | undefined): Fault {
  const object = objectLabel(document);
  const field = [item, refusal.field].filter((part) => part !== undefined).join('.');
  return {
    ...place,
    ...(object === undefined ? {} : { object }),
    ...(field === '' ? {} : { field: field.slice(0, MAX_FIELD) }),
    why: refusal.why,
  };
}

class TooMuchError extends Error {}

function refuse(document: unknown, governed: boolean): Refusal | undefined {
  const refusal = refuseIdentity(document);
  if (refusal !== undefined) return refusal;
  if (isLeftAlone(document) || (governed && isPatch(document as ValuesMap))) return undefined;
  return refuseContent(document as ValuesMap);
}

/** JSON is YAML but for white space, and read much faster as what it is; what is wrong with it the other reader says better. */
function manifestsIn(path: string, bytes: Uint8Array): Iterable<Manifest> {
  const value = path.endsWith('.json') ? valueOfJson(bytes) : undefined;
  return value === undefined ? readManifests(bytes, MAX_ALIASED) : [{ value, line: 1 }];
}

function valueOfJson(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    // Keeping digits goes down into every value, and has no bound of its own.
    return typeof lengthWrittenOut(value, Infinity) === 'number' ? (parseExactly(text) ?? undefined) : value;
  } catch {
    return undefined;
  }
}

/** Items of a list of one kind need not say which. */
function flattened(value: unknown): readonly unknown[] {
  const items = itemsOf(value);
  if (items.length === 1 && items[0] === value) return items;
  const { kind, apiVersion } = value as { readonly kind: string; readonly apiVersion?: unknown };
  const own = kind.slice(0, -'List'.length);
  const lacksBoth = (item: unknown): item is ValuesMap =>
    own !== '' && isMap(item) && !item['kind'] && !item['apiVersion'];
  return items
    .map((item) => (lacksBoth(item) ? { ...item, apiVersion, kind: own } : item))
    .flatMap(flattened);
}
