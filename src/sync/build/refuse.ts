import { GROUP, KIND } from '../../api/names.ts';
import { isExactNumber } from '../../values/manifest.ts';
import { isMap, type ValuesMap } from '../../values/merge.ts';

/** Why a document cannot be applied. */
export interface Refusal {
  readonly field?: string;
  readonly why: string;
}

const WAY_OUT = 'or name the file in a .gitsyncignore';
const TEXTS: readonly (readonly [string, RegExp])[] = [
  ['apiVersion', /^(?:[A-Za-z0-9.-]{1,253}\/)?[A-Za-z0-9-]{1,63}$/],
  ['kind', /^[A-Za-z0-9-]{1,63}$/],
];

/** The API server holds the names of each kind against its own rules; these would lead to another place of it. */
const NAME = /^(?!\.{1,2}$)[^/%\p{Cc}\p{Cs}]{1,253}$/u;

/** What keeps a document from naming an object: everything that is not Kubernetes ends here. */
export function refuseIdentity(document: unknown): Refusal | undefined {
  if (!isMap(document)) {
    return { why: `it is no Kubernetes object but ${kindOf(document)}: correct it, ${WAY_OUT}` };
  }
  if (document['sops'] !== undefined) {
    return {
      field: 'sops',
      why: `it is encrypted with SOPS, which cannot be decrypted here: bring it into the cluster in another way, ${WAY_OUT}`,
    };
  }
  const missing = missingIn(document);
  if (missing.length > 0) {
    return {
      why: `it is no Kubernetes object, for it has no ${missing.join(' and no ')}: correct it, ${WAY_OUT}`,
    };
  }
  for (const [field, form] of TEXTS) {
    const refusal = refuseText(document[field], field, form);
    if (refusal !== undefined) return refusal;
  }
  return refuseMetadata(document['metadata']);
}

/** What is wrong with a document that names an object. Patches have no chart, and belong to whoever builds with them. */
export function refuseContent(document: ValuesMap): Refusal | undefined {
  if (isPatch(document)) {
    return {
      field: 'spec.chart',
      why: `it names no chart: add one, ${WAY_OUT} if it is a patch for kustomize`,
    };
  }
  const metadata = document['metadata'] as ValuesMap;
  return refuseTexts(metadata, 'labels') ?? refuseTexts(metadata, 'annotations');
}

/** Whether a document is a HelmRelease without a chart, which Flux v1 users keep as patches beside the real ones. */
export function isPatch({ apiVersion, kind, spec }: ValuesMap): boolean {
  if (kind !== KIND || typeof apiVersion !== 'string' || !apiVersion.startsWith(`${GROUP}/`)) return false;
  return !isMap(spec) || (spec['chart'] ?? undefined) === undefined;
}

function missingIn({ apiVersion, kind, metadata }: ValuesMap): readonly string[] {
  const { name, generateName } = isMap(metadata) ? metadata : {};
  const hasName = isGiven(name) || isGiven(generateName) || (isGiven(metadata) && !isMap(metadata));
  return [
    ...(isGiven(apiVersion) ? [] : ['apiVersion']),
    ...(isGiven(kind) ? [] : ['kind']),
    ...(hasName ? [] : ['metadata.name']),
  ];
}

function refuseMetadata(metadata: unknown): Refusal | undefined {
  if (!isMap(metadata))
    return { field: 'metadata', why: `it must be a map, and is ${kindOf(metadata)}: correct it` };
  const { name, generateName, namespace } = metadata;
  if (isGiven(generateName) && !isGiven(name)) {
    return {
      field: 'metadata.generateName',
      why: 'it would make another object each time: give the object a metadata.name instead',
    };
  }
  return (
    refuseText(name, 'metadata.name', NAME) ??
    (isGiven(namespace) ? refuseText(namespace, 'metadata.namespace', NAME) : undefined)
  );
}

function refuseText(value: unknown, field: string, form: RegExp): Refusal | undefined {
  if (typeof value !== 'string') {
    return { field, why: `it must be text, and is ${kindOf(value)}: put it in quotes` };
  }
  return form.test(value) ? undefined : { field, why: 'nothing can have this name: correct it' };
}

/** The server says the same of other fields; here YAML makes numbers and booleans of what looks like text. */
function refuseTexts(metadata: ValuesMap, field: string): Refusal | undefined {
  const texts = metadata[field] ?? undefined;
  if (texts === undefined) return undefined;
  const path = `metadata.${field}`;
  if (!isMap(texts))
    return { field: path, why: `it must be a map of texts, and is ${kindOf(texts)}: correct it` };
  const bad = Object.entries(texts).find(([, value]) => typeof value !== 'string' && value !== null);
  if (bad === undefined) return undefined;
  const [key, value] = bad;
  return { field: `${path}.${key}`, why: `it must be text, and is ${kindOf(value)}: put it in quotes` };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isExactNumber(value)) return 'a number';
  return isMap(value) ? 'a map' : typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}
