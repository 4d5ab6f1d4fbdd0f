/** What the API server says of a value of another type, as it says it of all kinds: in the words of its own program. */
const MISFIT =
  /^expected (string|numeric \(int or float\)|boolean|list|map|any scalar), got (?:&(?:value\.\w+)?\{(?:Value:)?(.*)\}|(.*))$/s;

type Wanted = 'string' | 'numeric (int or float)' | 'boolean' | 'list' | 'map' | 'any scalar';

const WANTED: Readonly<Record<Wanted, string>> = {
  string: 'a text',
  'numeric (int or float)': 'a number',
  boolean: 'true or false',
  list: 'a list',
  map: 'a map',
  'any scalar': 'a single value',
};

/** A sentence with the way out; undefined if the server complains of something else. Without the value if that is not to be shown. */
export function wrongType(
  said: string,
  { showsValue }: { readonly showsValue: boolean },
): string | undefined {
  const [whole, name, wrapped, plain = ''] = MISFIT.exec(said) ?? [];
  if (whole === undefined) return undefined;
  const wanted = name as Wanted;
  const found = foundIn(wrapped ?? plain, wanted);
  const has = found === undefined || !showsValue ? '' : `, and Git has ${found}`;
  return `it must be ${WANTED[wanted]}${has}: ${wayOut(wanted, found)}`;
}

/** Of a number only the type is told, by its name in Go; a text that looks like another value was in quotes, unless a text is wanted. */
function foundIn(got: string, wanted: Wanted): string | undefined {
  if (got.startsWith('map[')) return 'a map';
  if (got.startsWith('[')) return 'a list';
  if (['<nil>', 'nil', 'interface {}(nil)'].includes(got)) return 'nothing';
  if (wanted === 'string') return /^(?:-?[\d.]+(?:e[+-]?\d+)?|true|false)$/.test(got) ? got : undefined;
  if (wanted === 'numeric (int or float)') return got === 'bool' ? 'true or false' : 'a text';
  return 'a single value';
}

function wayOut(wanted: Wanted, found: string | undefined): string {
  if (found === 'nothing') return 'give it one, or take the field out';
  if (found === 'a map' || found === 'a list') return 'correct it';
  switch (wanted) {
    case 'string':
      return 'put quotes around it';
    case 'numeric (int or float)':
      return 'write a number, without quotes';
    case 'boolean':
      return 'write one of the two, without quotes';
    default:
      return 'correct it';
  }
}
