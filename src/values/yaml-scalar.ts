/**
 * Plain scalars as helm resolves them. helm reads values with go-yaml v2 (`resolve.go`), which is YAML 1.1 with
 * exceptions: `yes` and `y` are booleans and `0755` is octal, but dates and `1:30` stay strings, and an integer that is
 * too long becomes a float. Each rule here is one of that file; the property test holds them against helm itself.
 */
export type Scalar =
  | { readonly kind: 'null'; readonly value: null }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: number | bigint }
  | { readonly kind: 'float'; readonly value: number | bigint }
  | { readonly kind: 'string'; readonly value: string };

const WORDS: ReadonlyMap<string, Scalar> = new Map([
  ...words({ kind: 'boolean', value: true }, 'y Y yes Yes YES true True TRUE on On ON'),
  ...words({ kind: 'boolean', value: false }, 'n N no No NO false False FALSE off Off OFF'),
  ...words({ kind: 'null', value: null }, '~ null Null NULL'),
  ...words({ kind: 'float', value: Number.NaN }, '.nan .NaN .NAN'),
  ...words({ kind: 'float', value: Number.POSITIVE_INFINITY }, '.inf .Inf .INF +.inf +.Inf +.INF'),
  ...words({ kind: 'float', value: Number.NEGATIVE_INFINITY }, '-.inf -.Inf -.INF'),
  ['', { kind: 'null', value: null }],
]);

const SHORT_INTEGER = /^-?(?:0|[1-9][0-9]{0,14})$/;
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const DECIMAL_DIGITS = /^[-+]?[0-9]+$/;

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;

/** The value of an unquoted scalar without a tag. */
export function resolvePlain(text: string): Scalar {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  const isNumeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d;
  if (isNumeric) return resolveNumber(text.replaceAll('_', '')) ?? { kind: 'string', value: text };
  // Behind a leading point Go, not YAML, reads the underscores: only between digits.
  if (first === 0x2e)
    return resolveFloat(text.replace(/(?<=[0-9])_(?=[0-9])/g, '')) ?? { kind: 'string', value: text };
  return { kind: 'string', value: text };
}

function resolveNumber(text: string): Scalar | undefined {
  if (SHORT_INTEGER.test(text)) return { kind: 'integer', value: Number(text) + 0 };
  return resolveInteger(text) ?? resolveFloat(text);
}

function resolveInteger(text: string): Scalar | undefined {
  const match = INTEGER.exec(text);
  if (match === null || text.length > 80) return undefined;
  const [, sign = '', hex, binary, octal, decimal] = match;
  const magnitude = BigInt(literal({ hex, binary, octal, decimal }));
  const value = sign === '-' ? -magnitude : magnitude;
  // Go tries a signed integer, then an unsigned one, which may have no sign at all, not even a plus.
  const fits = value >= MIN_INT64 && value <= (sign === '' ? MAX_UINT64 : MAX_INT64);
  return fits ? { kind: 'integer', value: exact(value) } : undefined;
}

function resolveFloat(text: string): Scalar | undefined {
  if (!FLOAT.test(text)) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  // To helm a float like any other, but kept digit by digit, so that a change of its last digits shows in the digest.
  const isLong = DECIMAL_DIGITS.test(text) && !Number.isSafeInteger(value);
  return { kind: 'float', value: isLong ? BigInt(text.replace('+', '')) : value };
}

function literal(of: Readonly<Record<'hex' | 'binary' | 'octal' | 'decimal', string | undefined>>): string {
  if (of.hex !== undefined) return `0x${of.hex}`;
  if (of.binary !== undefined) return `0b${of.binary}`;
  return of.octal === undefined ? (of.decimal ?? '0') : `0o${of.octal}`;
}

/** A number where it holds every digit, else a bigint: 2^53 and 2^53 + 1 must stay two values. */
function exact(value: bigint): number | bigint {
  const rounded = Number(value);
  return Number.isSafeInteger(rounded) ? rounded : value;
}

/** The text of a scalar that is used as a key, as helm turns it into JSON; undefined if helm refuses it as a key. */
export function keyText(scalar: Scalar): string | undefined {
  switch (scalar.kind) {
    case 'null':
      return undefined;
    case 'boolean':
      return scalar.value ? 'true' : 'false';
    case 'integer':
      return scalar.value > MAX_INT64 ? undefined : String(scalar.value);
    case 'float':
      return formatFloat32(Number(scalar.value));
    case 'string':
      return scalar.value;
  }
}

/** Go's `strconv.FormatFloat(value, 'g', -1, 32)`: the fewest digits that give the same 32-bit float. */
function formatFloat32(value: number): string {
  const rounded = Math.fround(value);
  for (let digits = 1; digits <= 9; digits += 1) {
    const shortest = Number(rounded.toPrecision(digits));
    if (Math.fround(shortest) === rounded) return formatGoFloat(shortest);
  }
  return formatGoFloat(rounded);
}

/** A number as Go prints a float64, in templates for example: with an exponent from a million on. */
export function formatGoFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return Object.is(value, -0) ? '-0' : String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function words(scalar: Scalar, spellings: string): readonly (readonly [string, Scalar])[] {
  return spellings.split(' ').map((spelling) => [spelling, scalar] as const);
}
