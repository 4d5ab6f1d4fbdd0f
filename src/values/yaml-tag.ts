import { getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { resolvePlain, type Scalar } from './yaml-scalar.ts';

const YAML_TAGS = 'tag:yaml.org,2002:';

/** The value of a scalar with or without a tag, as go-yaml v2 resolves it; undefined if the two do not go together. */
export function resolveScalar(source: string, event: ScalarEvent): Scalar | undefined {
  const text = getScalarValue(source, event);
  const tag = tagOf(source, event);
  if (tag === undefined)
    return event.style === SCALAR_STYLE.PLAIN ? resolvePlain(text) : { kind: 'string', value: text };
  switch (tag) {
    case 'bool':
      return ofKind('boolean', text);
    case 'int':
      return ofKind('integer', text);
    case 'null':
      return ofKind('null', text);
    case 'float':
      return asFloat(resolvePlain(text));
    case 'binary':
      return fromBase64(text);
    case 'timestamp':
      return /^[0-9]{4}-[0-9]/.test(text) ? { kind: 'string', value: text } : undefined;
    default:
      return { kind: 'string', value: text };
  }
}

/** Whether a scalar in the place of a key takes over the entries of its value. */
export function isMergeKey(source: string, event: ScalarEvent): boolean {
  if (event.valueEnd - event.valueStart !== 2 || !source.startsWith('<<', event.valueStart)) return false;
  const tag = tagOf(source, event);
  return tag === 'merge' || (tag === undefined && event.style === SCALAR_STYLE.PLAIN);
}

/** The short name of one of YAML's own tags, the tag as written for any other, undefined for none. */
function tagOf(source: string, event: ScalarEvent): string | undefined {
  if (event.tagStart < 0) return undefined;
  const raw = source.slice(event.tagStart, event.tagEnd);
  if (raw.startsWith('!!')) return raw.slice(2);
  const verbatim = `!<${YAML_TAGS}`;
  return raw.startsWith(verbatim) ? raw.slice(verbatim.length, -1) : raw;
}

function ofKind(kind: Scalar['kind'], text: string): Scalar | undefined {
  const scalar = resolvePlain(text);
  return scalar.kind === kind ? scalar : undefined;
}

function asFloat(scalar: Scalar): Scalar | undefined {
  if (scalar.kind === 'integer') return { kind: 'float', value: scalar.value };
  return scalar.kind === 'float' ? scalar : undefined;
}

function fromBase64(text: string): Scalar | undefined {
  const digits = text.replace(/[\r\n]/g, '');
  if (digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) return undefined;
  return { kind: 'string', value: Buffer.from(digits, 'base64').toString('utf8') };
}
