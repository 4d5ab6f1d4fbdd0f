import fc from 'fast-check';

/** Plain spellings that the YAML readers of this world disagree about. */
const ODD_SCALARS = [
  ...[
    'yes',
    'No',
    'on',
    'OFF',
    'y',
    'n',
    'Y',
    'true',
    'False',
    '~',
    'null',
    'NULL',
    '',
    '""',
    "''",
    "'it''s'",
  ],
  ...[
    '0755',
    '0o17',
    '08',
    '0_7',
    '00',
    '1_000',
    '1__0',
    '1_',
    '_1',
    '0b11',
    '-0b11',
    '0b2',
    '0x1F',
    '0X1f',
    '0x',
    '-0x1f',
  ],
  ...[
    '+5',
    '-0',
    '-0.0',
    '1.',
    '.5',
    '.5_0',
    '1_.5',
    '-.5',
    '+.5',
    '.',
    '.e3',
    '1e3',
    '1E5',
    '1e400',
    '12e',
    '1.10',
  ],
  ...[
    '9007199254740993',
    '18446744073709551615',
    '18446744073709551616',
    '-9223372036854775809',
    '+9223372036854775808',
  ],
  ...['0xFFFFFFFFFFFFFFFF', '0xFFFFFFFFFFFFFFFFF', '0777777777777777777777777777'],
  ...['1:30', '2020-01-01', '2001-12-14t21:59:43.10-05:00', '!!timestamp 2020-01-01'],
  ...[
    '!!str 12',
    '!!int "12"',
    '!!float 3',
    '!!bool yes',
    '!!null ""',
    '!!binary aGVsbG8=',
    '!custom 12',
    '! 12',
  ],
  ...[
    'x # comment',
    'x#y',
    'http://a/b',
    '__proto__',
    '{a: 1, b: yes}',
    '[1, no, 0o7]',
    '{}',
    '[]',
    '!!set {a, b}',
    '*base',
  ],
];

const KEYS = [
  ...[
    'a',
    'b',
    'c',
    '__proto__',
    'constructor',
    'k k',
    '"q"',
    "'s'",
    'y',
    'no',
    '1',
    '1.5',
    '1e6',
    '100000.0',
    '0x10',
  ],
  ...['2020-01-01', '!!str 5', '0755', '9007199254740993', '<<'],
];

/** What helm refuses, each in its own way. */
const BROKEN = [
  ...[
    '*nowhere',
    '[1',
    '{a: 1',
    '"open',
    '@x',
    '`x',
    '!!int x',
    '.nan',
    '-.inf',
    'a: b',
    '%x',
    '!!binary "?"',
  ],
];

const number = fc.stringMatching(/^[-+]?[0-9][0-9._eExXoObB]{0,8}$/);
const quoted = fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).map((text) => JSON.stringify(text));
const block = fc
  .tuple(
    fc.constantFrom('|', '|-', '>', '>-', '|+'),
    fc.array(fc.constantFrom('one', 'two  three', '', '# four'), { maxLength: 4 }),
  )
  .map(([style, lines]) => ({ style, lines }));

type Tree =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'block'; readonly style: string; readonly lines: readonly string[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Tree])[] }
  | { readonly kind: 'list'; readonly items: readonly Tree[] };

function treeOf(scalars: fc.Arbitrary<string>) {
  return fc.letrec<{ tree: Tree; map: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 4, arbitrary: scalars.map((text): Tree => ({ kind: 'scalar', text })) },
      { weight: 1, arbitrary: block.map((it): Tree => ({ kind: 'block', ...it })) },
      { weight: 2, arbitrary: tie('map') },
      {
        weight: 1,
        arbitrary: fc
          .array(tie('tree'), { minLength: 1, maxLength: 3 })
          .map((items): Tree => ({ kind: 'list', items })),
      },
    ),
    map: fc
      .array(fc.tuple(fc.constantFrom(...KEYS), tie('tree')), { minLength: 1, maxLength: 4 })
      .map((entries): Tree => ({ kind: 'map', entries: entries.map(mergeable) })),
  })).map;
}

/** A merge key is only right with a map behind it. */
function mergeable([key, value]: readonly [string, Tree]): readonly [string, Tree] {
  return key === '<<' && value.kind !== 'map' ? [key, { kind: 'scalar', text: '*base' }] : [key, value];
}

const sound = fc.oneof(fc.constantFrom(...ODD_SCALARS), number, quoted);
const anchor = 'anchor: &base {a: 1, z: yes}\n';

/** A document of helm values as nobody would write it, and helm can read it all the same. */
export const soundDocument: fc.Arbitrary<string> = treeOf(sound).map((tree) => anchor + render(tree, 0));

/** A map to be put below a key, indented by two; it may refer to `&base`. */
export const soundMap: fc.Arbitrary<string> = treeOf(sound).map((tree) => render(tree, 2));

/** May be wrong somewhere, or not. */
export const doubtfulDocument: fc.Arbitrary<string> = treeOf(
  fc.oneof({ weight: 8, arbitrary: sound }, { weight: 1, arbitrary: fc.constantFrom(...BROKEN) }),
).map((tree) => anchor + render(tree, 0));

function render(tree: Tree, indent: number): string {
  const margin = ' '.repeat(indent);
  switch (tree.kind) {
    case 'map':
      return tree.entries.map(([key, value]) => `${margin}${key}:${below(value, indent)}`).join('');
    case 'list':
      return tree.items.map((item) => `${margin}-${below(item, indent)}`).join('');
    case 'scalar':
    case 'block':
      return `${margin}${below(tree, indent)}`;
  }
}

function below(tree: Tree, indent: number): string {
  if (tree.kind === 'scalar') return ` ${tree.text}\n`;
  if (tree.kind === 'block') {
    const lines = tree.lines.map((line) => (line === '' ? '' : ' '.repeat(indent + 2) + line));
    return ` ${[tree.style, ...lines].join('\n')}\n`;
  }
  return `\n${render(tree, indent + 2)}`;
}
