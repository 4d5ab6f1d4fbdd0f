import { parseArgs } from 'node:util';
import type { Flag } from './flag.ts';
import { nearest } from './nearest.ts';

export interface Arguments {
  /** All values that were given, by the name of the flag. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** One sentence for each argument that makes no sense by its form. */
  readonly faults: readonly string[];
}

type Shapes = Readonly<Record<string, Pick<Flag<unknown>, 'type' | 'short'>>>;
type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

/** Splits a command line as Go's pflag does: `--flag=value`, `--flag value`, `--bool`, `--bool=false`, `-lvalue`. */
export function parseArguments(flags: Shapes, argv: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(flags).map(([name, { type, short }]) => [
        name,
        {
          type: type === 'bool' ? 'boolean' : 'string',
          multiple: true,
          ...(short === undefined ? {} : { short }),
        },
      ]),
    ),
  });
  const given = new Map<string, string[]>();
  const faults: string[] = [];
  for (const [index, token] of tokens.entries()) {
    const read = readToken(flags, token, tokens[index - 1]);
    if (read?.kind === 'given') given.set(read.name, [...(given.get(read.name) ?? []), read.value]);
    else if (read) faults.push(read.fault);
  }
  return { given, faults };
}

type Read =
  | { readonly kind: 'given'; readonly name: string; readonly value: string }
  | { readonly kind: 'fault'; readonly fault: string };

function readToken(flags: Shapes, token: Token, before: Token | undefined): Read | undefined {
  if (token.kind === 'option-terminator') return undefined;
  if (token.kind === 'positional') return strayFault(flags, token.value, before);

  const { name, rawName, value, inlineValue } = token;
  const flag = flagOf(flags, name);
  if (flag === undefined)
    return fault(`${rawName}: there is no such flag${suggestion(name, Object.keys(flags))}`);
  if (flag.type === 'bool') return { kind: 'given', name, value: value ?? 'true' };
  if (value === undefined) return fault(`${rawName}: needs a value, as in ${rawName}=VALUE`);
  if (!inlineValue && value.startsWith('--')) {
    return fault(`${rawName}: needs a value; if ${value} is meant to be one, write ${rawName}=${value}`);
  }
  // `-l=:3030`: pflag takes the value after the sign, parseArgs with it.
  const isShort = !rawName.startsWith('--');
  return { kind: 'given', name, value: isShort && value.startsWith('=') ? value.slice(1) : value };
}

function strayFault(flags: Shapes, value: string, before: Token | undefined): Read | undefined {
  if (before?.kind === 'option') {
    const flag = flagOf(flags, before.name);
    if (flag === undefined) return undefined; // the value of a flag that is at fault already
    if (flag.type === 'bool' && before.value === undefined) {
      return fault(`${value}: belongs to no flag; did you mean ${before.rawName}=${value}?`);
    }
  }
  return fault(`${value}: belongs to no flag`);
}

function flagOf(flags: Shapes, name: string): Shapes[string] | undefined {
  return Object.hasOwn(flags, name) ? flags[name] : undefined;
}

function suggestion(name: string, names: readonly string[]): string {
  const near = nearest(name, names).map((candidate) => `--${candidate}`);
  return near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
}

function fault(text: string): Read {
  return { kind: 'fault', fault: text };
}
